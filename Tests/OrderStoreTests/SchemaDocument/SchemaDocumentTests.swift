import Postgres
import TestSupport
import Testing

@Suite("The description of the schema")
struct SchemaDocumentTests {
  private static let command = "./dev schema"

  @Test("has the schema as the migrations leave it: docs/schema.sql")
  func text() async throws {
    let schema = try await SchemaCatalogue.read()

    // Version 16 and later word the definitions of views anew. Everything else is the same.
    let isSameWording = schema.serverVersion == SchemaText.serverVersion
    let file = GeneratedFile("docs/schema.sql", command: Self.command)
    file.check(SchemaText.text(of: schema)) { isSameWording ? $0 : SchemaText.withoutViews($0) }
  }

  @Test("shows how the tables refer to each other: docs/images/schema.svg")
  func picture() async throws {
    let picture = try SchemaPicture(try await SchemaCatalogue.read())

    GeneratedFile("docs/images/schema.svg", command: Self.command).check(picture.svg)
  }

  @Test("says of each table and view what it is for: docs/schema.md")
  func tables() async throws {
    let schema = try await SchemaCatalogue.read()

    let described = GeneratedFile("docs/schema.md", command: "an editor").text
      .split(separator: "\n").filter { $0.hasPrefix("| `") || $0.hasPrefix("**`") }
      .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
    let relations = schema.tables.map(\.name) + schema.views
    #expect(Set(relations).subtracting(described) == [], "docs/schema.md does not describe these")
    #expect(Set(described).subtracting(relations) == [], "docs/schema.md describes what is gone")
  }

  @Test("knows what refers to what, also without a foreign key")
  func references() async throws {
    let schema = try await SchemaCatalogue.read()

    let found = schema.references.map(\.description)
    #expect(found.contains("orders.customer_id -> customers.id"))
    #expect(found.contains("order_events.order_id ~> orders.id"))
    #expect(Set(found).count == found.count)
  }
}
