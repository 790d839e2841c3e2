import TestSupport
import Testing

@Suite("The description of the architecture")
struct ArchitectureTests {
  @Test("shows what depends on what: docs/images/modules.svg")
  func picture() throws {
    let picture = ModulePicture(try #require(Manifest.repository))

    GeneratedFile("docs/images/modules.svg", command: "./dev modules").check(picture.svg)
  }

  @Test("says of each module what it is for: docs/architecture.md")
  func modules() throws {
    let rows = ModulePicture(try #require(Manifest.repository)).rows

    let described = GeneratedFile("docs/architecture.md", command: "an editor").text
      .split(separator: "\n").filter { $0.hasPrefix("| `") }
      .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    #expect(Set(rows).subtracting(described) == [], "docs/architecture.md does not describe these")
  }

  @Test("leaves out an arrow that follows from others")
  func reduction() throws {
    let manifest = try #require(
      Manifest(
        SourceFile(
          "Package.swift",
          """
          library("A"),
          library("B", ["A"]),
          library("CX", ["A"]),
          library("D", ["A", "B", "CX"]),
          """)))
    let picture = ModulePicture(manifest)

    #expect(picture.edges["D"] == ["B"])
    #expect(picture.rows == ["D", "B", "A"])
  }
}
