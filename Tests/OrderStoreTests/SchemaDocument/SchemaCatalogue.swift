import Postgres
import TestSupport

/// What the catalogue of a migrated database says of the schema.
struct SchemaCatalogue: Sendable {
  /// An object with its whole definition.
  struct Object: Sendable {
    let section: Int
    let text: String
  }

  struct Column: Sendable {
    let name: String
    let type: String
    let isPrimaryKey: Bool
    let isRequired: Bool
  }

  /// A table, or a view that is stored.
  struct Table: Sendable {
    let name: String
    let isView: Bool
    let columns: [Column]
  }

  /// A column whose values are another column's.
  struct Reference: Sendable, Hashable, CustomStringConvertible {
    let table: String
    let column: String
    let target: String
    let targetColumn: String
    /// Whether a foreign key keeps it true.
    let isForeignKey: Bool

    var description: String {
      "\(table).\(column) \(isForeignKey ? "->" : "~>") \(target).\(targetColumn)"
    }
  }

  let serverVersion: Int
  let objects: [Object]
  let tables: [Table]
  let views: [String]
  let references: [Reference]

  /// Reads a fresh database that all steps have been applied to.
  static func read() async throws -> SchemaCatalogue {
    let conninfo = try await MigratedDatabase.make()
    return try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await SchemaCatalogue(session)
    }
  }

  private init(_ session: Session) async throws {
    serverVersion = Int(
      try await session.rows(
        "SELECT current_setting('server_version_num')::bigint / 10000")[0].int(0))
    let statement = GeneratedFile(
      "Tests/OrderStoreTests/sql/current_schema.sql", command: "an editor")
    objects = try await session.rows(SQL(unsafeText: statement.text)).map { row in
      Object(section: Int(try row.int(0)), text: try row.text(2))
    }
    var tables: [Table] = []
    for row in try await session.rows(Self.columns) {
      let column = Column(
        name: try row.text(2), type: try row.text(3), isPrimaryKey: try row.bool(4),
        isRequired: try row.bool(5))
      let name = try row.text(0)
      if let last = tables.last, last.name == name {
        tables[tables.count - 1] = Table(
          name: name, isView: last.isView, columns: last.columns + [column])
      } else {
        tables.append(Table(name: name, isView: try row.bool(1), columns: [column]))
      }
    }
    self.tables = tables
    views = try await session.rows(Self.plainViews).map { try $0.text(0) }
    references = try await session.rows(Self.allReferences).map { row in
      Reference(
        table: try row.text(0), column: try row.text(1), target: try row.text(2),
        targetColumn: try row.text(3), isForeignKey: try row.bool(4))
    }
  }

  private static let columns: SQL = """
    SELECT relname::text, relkind = 'm', attname::text, format_type(atttypid, NULL),
           coalesce(attnum = ANY (conkey), false), attnotnull
      FROM pg_class AS c
      JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_constraint ON conrelid = c.oid AND contype = 'p'
     WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('r', 'm')
     ORDER BY relname, attnum
    """

  private static let plainViews: SQL = """
    SELECT relname::text FROM pg_class
     WHERE relnamespace = 'waybill'::regnamespace AND relkind = 'v' ORDER BY relname
    """

  /// Foreign keys, and columns whose comment names a column that is a key by itself.
  private static let allReferences: SQL = """
    WITH key AS (
        SELECT relname, attname
          FROM pg_constraint
          JOIN pg_class AS c ON c.oid = conrelid
          JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
         WHERE connamespace = 'waybill'::regnamespace AND contype IN ('p', 'u')
           AND cardinality(conkey) = 1
    ), enforced AS (
        SELECT source.relname AS source, s.attname AS source_column, target.relname AS target,
               t.attname AS target_column
          FROM pg_constraint
          JOIN pg_class AS source ON source.oid = conrelid
          JOIN pg_class AS target ON target.oid = confrelid
          JOIN pg_attribute AS s ON s.attrelid = conrelid AND s.attnum = conkey[1]
          JOIN pg_attribute AS t ON t.attrelid = confrelid AND t.attnum = confkey[1]
         WHERE connamespace = 'waybill'::regnamespace AND contype = 'f'
    ), told AS (
        SELECT DISTINCT c.relname AS source, a.attname AS source_column, key.relname AS target,
               key.attname AS target_column
          FROM pg_class AS c
          JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
         CROSS JOIN LATERAL regexp_matches(
                   col_description(c.oid, a.attnum), '([a-z_]+)[.]([a-z_]+)', 'g') AS name
          JOIN key ON key.relname = name[1] AND key.attname = name[2]
         WHERE c.relnamespace = 'waybill'::regnamespace AND c.relkind IN ('r', 'm')
           AND NOT EXISTS (SELECT FROM enforced
                            WHERE source = c.relname AND source_column = a.attname)
    )
    SELECT source::text, source_column::text, target::text, target_column::text, true
      FROM enforced
     UNION ALL
    SELECT source, source_column, target, target_column, false FROM told
     ORDER BY 1, 2, 3, 4
    """
}
