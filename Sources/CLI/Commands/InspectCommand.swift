import ArgumentParser
import Storage
import Sync

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Say what is in a Parquet file.",
    discussion: """
      Prints the schema, and of every row group the columns' encodings, sizes and bounds. The file may be of any writer.

      Examples:
        reelhouse inspect exports/main/movies_by_year.parquet
        reelhouse inspect --hash -o json exports/raw/movies.parquet
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
  }

  @Argument(help: ArgumentHelp("The file.", valueName: "file"))
  var file: String

  @Flag(help: "Read all rows and print their content hash.")
  var hash = false

  @Option(name: [.short, .long], help: "The form of what is printed: text or json.")
  var output: Format = .text

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let console = Session(global).console
    let inspection = try FileInspection(path: file, hashesContent: hash)
    switch output {
    case .json: console.data(try JSON.text(inspection, isPretty: true))
    case .text: print(inspection, console)
    }
  }

  private func print(_ file: FileInspection, _ console: Console) {
    console.data(
      "\(file.path): \(file.rowCount) rows, \(file.byteCount) bytes, \(file.rowGroups.count) row groups")
    if let writer = file.createdBy { console.data("written by \(writer)") }
    for (key, value) in file.keyValues.sorted(by: { $0.key < $1.key }) {
      console.data("\(key) = \(value.prefix(100))\(value.count > 100 ? "…" : "")")
    }
    console.data("\ncolumns")
    for column in file.columns {
      let logical = column.logicalType.map { " \($0)" } ?? ""
      console.data("  \(column.name): \(column.type)\(logical)\(column.isNullable ? "" : " not null")")
    }
    for name in file.nestedColumns { console.data("  \(name): nested, which is not read") }
    for (index, group) in file.rowGroups.enumerated() {
      console.data("\nrow group \(index): \(group.rowCount) rows, \(group.byteCount) bytes")
      for chunk in group.chunks { console.data("  " + describe(chunk)) }
    }
    if let hash = file.contentHash { console.data("\ncontent hash \(hash)") }
  }

  private func describe(_ chunk: FileInspection.ChunkReport) -> String {
    var text = "\(chunk.column): \(chunk.codec) \(chunk.byteCount) of \(chunk.uncompressedByteCount) bytes, "
    text += chunk.encodings.joined(separator: " ")
    if let pages = chunk.pageCount { text += ", \(pages) pages" }
    if let nulls = chunk.nullCount { text += ", \(nulls) nulls" }
    if let distinct = chunk.distinctCount { text += ", \(distinct) distinct" }
    if let minimum = chunk.minimum, let maximum = chunk.maximum {
      text += ", \(minimum.prefix(40)) … \(maximum.prefix(40))"
    }
    return text
  }
}
