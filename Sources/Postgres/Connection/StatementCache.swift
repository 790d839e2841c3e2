import CPQ
import Glibc

/// A statement that a connection has been told to prepare.
final class PreparedStatement {
  /// The name as libpq takes it.
  let name: UnsafeMutablePointer<CChar>
  /// Why the server refused to prepare it; those who sent it meanwhile are told this.
  var failure: PostgresError?
  let shape: SQL.Shape

  init(name: String, shape: SQL.Shape) {
    self.name = strdup(name)
    self.shape = shape
  }

  deinit { free(name) }
}

/// The statements one connection has prepared, by their literals.
struct StatementCache {
  private var statements: [SQL.Shape: PreparedStatement] = [:]
  private var made = 0
  /// Of this connection alone: behind a pooler, statements of another one may be there still, and a
  /// name must never mean somebody else's statement.
  private let prefix = String(UInt32.random(in: 0...UInt32.max), radix: 36)

  /// The prepared statement of `sql`, if there is one.
  func find(_ sql: SQL) -> PreparedStatement? { statements[sql.shape] }

  /// Whether this is still the one to use.
  func holds(_ statement: PreparedStatement) -> Bool { statements[statement.shape] === statement }

  /// A place for one more; nil when `sql` is not worth one or there are too many.
  mutating func add(_ sql: SQL) -> PreparedStatement? {
    guard sql.shape.isFinite, statements.count < PostgresLimits.statementsMax else { return nil }
    made += 1
    let statement = PreparedStatement(name: "\(prefix)_\(made)", shape: sql.shape)
    statements[sql.shape] = statement
    return statement
  }

  /// Prepares it anew at the next use, under another name.
  mutating func forget(_ statement: PreparedStatement) {
    if holds(statement) { statements[statement.shape] = nil }
  }

  /// Prepares all of them anew; the server keeps the old ones, which is rare enough not to matter.
  mutating func forgetAll() { statements = [:] }
}
