import CPQ
import Glibc

/// A statement that was sent to the server to be prepared.
final class PreparedStatement {
  /// A C string, as libpq needs it.
  let name: UnsafeMutablePointer<CChar>
  /// Why the server could not prepare it: the error of requests that were sent with it meanwhile.
  var failure: PostgresError?
  let shape: SQL.Shape

  init(name: String, shape: SQL.Shape) {
    self.name = strdup(name)
    self.shape = shape
  }

  deinit { free(name) }
}

/// The prepared statements of one connection.
struct StatementCache {
  private var statements: [SQL.Shape: PreparedStatement] = [:]
  private var made = 0
  /// Different for each connection: behind a pooler, the server process may still have statements
  /// of another connection, and names must not collide.
  private let prefix = String(UInt32.random(in: 0...UInt32.max), radix: 36)

  func find(_ sql: SQL) -> PreparedStatement? { statements[sql.shape] }

  /// Whether this is still the current one.
  func holds(_ statement: PreparedStatement) -> Bool { statements[statement.shape] === statement }

  /// A new statement for `sql`; nil when its text is not made of literals or there are too many.
  mutating func add(_ sql: SQL) -> PreparedStatement? {
    guard sql.shape.isFinite, statements.count < PostgresLimits.statementsMax else { return nil }
    made += 1
    let statement = PreparedStatement(name: "\(prefix)_\(made)", shape: sql.shape)
    statements[sql.shape] = statement
    return statement
  }

  /// Has it prepared again at the next use, under another name.
  mutating func forget(_ statement: PreparedStatement) {
    if holds(statement) { statements[statement.shape] = nil }
  }

  /// Has all prepared again. The old ones remain on the server; this is rare enough not to matter.
  mutating func forgetAll() { statements = [:] }
}
