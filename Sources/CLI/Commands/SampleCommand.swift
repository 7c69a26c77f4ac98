import ArgumentParser
import Diagnostics
import Sample
import Storage

struct SampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Make an archive in the shape of the Kaggle data set, with invented texts.",
    discussion: """
      The same options give the same bytes. The real data set has 941597 movies and 700000 posters.

      Examples:
        reelhouse sample --movies 1000 --out archive.zip
        reelhouse sample --movies 941597 --posters 700000 --out full.zip
        reelhouse sample --movies 5000 --v1 --seed 7 --out v1.zip
      """)

  @Option(help: ArgumentHelp("How many movies.", valueName: "n"))
  var movies: Int

  @Option(help: ArgumentHelp("Another number gives another archive.", valueName: "n"))
  var seed: UInt64 = 1

  @Flag(
    name: .customLong("v1"), help: "The data set's first version: no role of actors, ids that occur twice.")
  var isVersion1 = false

  @Option(help: ArgumentHelp("How many small posters/<id>.jpg to add.", valueName: "n"))
  var posters = 0

  @Option(name: [.short, .long], help: ArgumentHelp("The archive to write.", valueName: "file"))
  var out: String

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let session = Session(global)
    let stopwatch = Stopwatch()
    var line = ProgressLine(session.console)
    let summary = try SampleArchive.write(
      SampleOptions(movies: movies, seed: seed, isVersion1: isVersion1, posters: posters), to: out
    ) { progress in
      line.update(fraction: progress.fraction, text: "\(progress.file)  \(ByteText.of(progress.byteCount))") {
        "\(ByteText.of(Int(Double(progress.byteCount) / $0)))/s"
      }
    }
    line.end()
    for file in summary.files {
      session.console.remark(
        "\(file.name)  \(NumberText.grouped(file.rowCount)) rows  \(ByteText.of(file.byteCount))")
    }
    let posters = summary.posterCount > 0 ? ", \(NumberText.grouped(summary.posterCount)) posters" : ""
    session.console.remark(
      "Wrote \(out): \(ByteText.of(summary.byteCount)) of CSV\(posters) in \(ByteText.of(summary.archiveByteCount)), "
        + "\(NumberText.tenths(stopwatch.seconds)) s")
  }
}
