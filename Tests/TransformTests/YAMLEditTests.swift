import Diagnostics
import TestSupport
import Testing
import Transform

@Suite struct YAMLEditTests {
  private static let value = ConfigValue.map([
    ConfigEntry(key: "url", value: .string("s3://films/x")),
    ConfigEntry(key: "glue", value: .map([ConfigEntry(key: "database", value: .string("films_db"))])),
  ])

  private func put(_ text: String, replaces: Bool = false, _ value: ConfigValue = value) throws -> (
    text: String, change: YAMLEdit.Change
  ) {
    var edit = try YAMLEdit(text, path: "reelhouse.yml")
    return try edit.put(value, at: ["remotes", "prod"], replaces: replaces)
  }

  private static let block = """
      prod:
        url: "s3://films/x"
        glue:
          database: films_db

    """

  @Test(
    "a mapping is added where it belongs, and every other line stays as it is",
    arguments: [
      ("", "remotes:\n" + block),
      ("archive: a.zip  # here\n\n", "archive: a.zip  # here\nremotes:\n" + block),
      ("remotes:\n", "remotes:\n" + block),
      (
        "remotes: # ours\n  # the folder\n  local: { path: x }\n\n# the end\nkeep_builds: 5\n",
        "remotes: # ours\n" + block + "  # the folder\n  local: { path: x }\n\n# the end\nkeep_builds: 5\n"
      ),
      ("a: 1", "a: 1\nremotes:\n" + block),
    ])
  func added(before: String, after: String) throws {
    let result = try put(before)
    #expect(result.text == after && result.change == .added)
    // A second time there is nothing to do.
    let again = try put(result.text)
    #expect(again.text == result.text && again.change == .unchanged)
  }

  @Test("indentation is that of the file")
  func indentation() throws {
    let result = try put("remotes:\n    local:\n        path: x\n")
    #expect(result.text.hasPrefix("remotes:\n    prod:\n      url: \"s3://films/x\"\n      glue:\n"))
    #expect(result.text.hasSuffix("    local:\n        path: x\n"))
  }

  @Test("what says something else stays, unless it is to be replaced, and then nothing else is")
  func replaced() throws {
    let before =
      "remotes:\n  prod:\n    url: s3://old\n    # why\n    region: x\n\n  # next\n  dev: { path: d }\nkeep_builds: 5\n"
    let fault = #expect(throws: Diagnostic.self) { try put(before) }
    #expect(fault?.code == .duplicateResource && fault?.location?.line == 2)
    let result = try put(before, replaces: true)
    #expect(result.change == .replaced)
    #expect(result.text == "remotes:\n" + Self.block + "\n  # next\n  dev: { path: d }\nkeep_builds: 5\n")
  }

  @Test(
    "what cannot be changed without losing something is left, with the lines that are wanted",
    arguments: [
      "remotes: { local: { path: x } }\n", "remotes: [a]\n", "remotes: x\n", "{ remotes: { prod: 1 } }\n",
    ])
  func byHand(text: String) throws {
    let fault = #expect(throws: Diagnostic.self) { try put(text) }
    #expect(fault?.code == .invalidValue)
    #expect(fault?.notes.first?.contains("prod:\n") == true)
  }

  @Test("texts that YAML would take for something else are in quotes")
  func scalars() throws {
    for text in ["yes", "1.0", "a: b", "#x", "", "{{ env_var('KEY') }}", "a\nb", "ünïcode", "null", "- x"] {
      let value = ConfigValue.map([ConfigEntry(key: "k", value: .string(text))])
      let result = try put("", value)
      #expect(try YAMLFile(text: result.text, path: "x").root["remotes"]?["prod"]?.value == value, "\(text)")
    }
    let mixed = ConfigValue.map([
      ConfigEntry(key: "n", value: .integer(4)), ConfigEntry(key: "b", value: .bool(true)),
      ConfigEntry(key: "l", value: .list([.string("a"), .integer(1)])),
      ConfigEntry(key: "e", value: .map([])),
    ])
    #expect(
      try YAMLFile(text: put("", mixed).text, path: "x").root["remotes"]?["prod"]?.value == mixed)
  }
}
