package import Postgres

/// Compares every object of the schema with what its steps have made.
package struct SchemaInspection: Equatable, Sendable {
  /// An object that is not as the steps left it.
  package struct Difference: Equatable, Sendable, CustomStringConvertible {
    /// `function`, `table`, `trigger` and so on.
    package let kind: String
    /// The object's name; for a function, with its argument types.
    package let name: String
    /// `missing`, `changed` or `added`.
    package let difference: String

    /// `missing function waybill.place_orders(uuid[], …)`.
    package var description: String { "\(difference) \(kind) \(name)" }
  }

  /// More differences would not help a reader; the view `schema_differences` has all.
  private static let differencesMax = 20

  /// All differences. An object that somebody has added does no harm.
  package let differences: [Difference]

  /// Objects that are missing or changed, so that the service may not work.
  package var damage: [Difference] { differences.filter { $0.difference != "added" } }

  /// Inspects the schema of a database.
  package static func read(_ database: Database) async throws(PostgresError) -> SchemaInspection {
    try SchemaInspection(await database.read(statement))
  }

  /// The same in a session of its own.
  package static func read(_ session: Session) async throws(PostgresError) -> SchemaInspection {
    try SchemaInspection(await session.rows(statement))
  }

  private init(_ rows: Rows) throws(PostgresError) {
    differences = try rows.map { row throws(PostgresError) in
      Difference(kind: try row.text(0), name: try row.text(1), difference: try row.text(2))
    }
  }

  private static let statement: SQL = """
    SELECT kind, name, difference
      FROM schema_differences
     ORDER BY difference = 'added', kind, name
     LIMIT \(differencesMax)
    """
}
