/// The text of docs/schema.sql.
enum SchemaText {
  /// The server that words the definitions of views as the file has them; Debian 12's.
  static let serverVersion = 15

  private static let headings = [
    1: "Types", 2: "Tables, each with its constraints, indexes and triggers", 3: "Views",
    4: "Functions", 5: "Functions of triggers", 6: "Rights of the service's and the reader's role",
  ]

  private static let head = """
    -- The whole schema as the steps in migrations/ leave it: the place to read it.
    --
    -- Generated: after a change of migrations/ run
    --
    --     ./dev schema
    --
    -- which also draws docs/images/schema.svg. Tests compare both with a migrated database.
    -- Tests/OrderStoreTests/sql/current_schema.sql makes it from the catalogue of PostgreSQL
    -- \(serverVersion): other versions word the definitions of views differently. The steps and
    -- docs/schema.md say why something is as it is. It is for reading; `waybill migrate` makes a
    -- schema.

    """

  static func text(of schema: SchemaCatalogue) -> String {
    var text = head
    var section = 0
    for object in schema.objects {
      if object.section != section, let heading = headings[object.section] {
        text += "\n--\n-- \(heading)\n--\n"
      }
      section = object.section
      text += "\n\(object.text)\n"
    }
    return text
  }

  /// A text without its views.
  static func withoutViews(_ text: String) -> String {
    let marks = [3, 4].compactMap { section in
      headings[section].flatMap { text.firstRange(of: "-- \($0)\n")?.lowerBound }
    }
    guard marks.count == 2 else { return text }
    return String(text[..<marks[0]] + text[marks[1]...])
  }
}
