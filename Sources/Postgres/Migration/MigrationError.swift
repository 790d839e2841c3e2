/// Why the schema was not changed. Each description says what to do, in one line without secrets.
package enum MigrationError: Error, Equatable, CustomStringConvertible {
  /// A file or folder that is not there, empty, too large or not UTF-8.
  case unreadable(path: String)
  /// A file that is not called `NNNN_name.sql`.
  case misnamed(fileName: String)
  /// A gap in the numbers, or a number that appears twice.
  case misplaced(fileName: String, expected: Int)
  /// The database has a step that this program does not know.
  case newerSchema(version: Int, known: Int)
  /// A step was changed after it had been applied.
  case edited(fileName: String)
  /// The steps in the database do not start at 1 without a gap.
  case incomplete(missing: Int)
  /// The schema is from before the first release: it is in `public` and has other steps.
  case olderLayout
  /// The database stores text in another encoding than UTF-8.
  case otherEncoding(String)
  /// The role of the connection does not own the schema.
  case notOwner(role: String, owner: String)
  /// The role of the connection may not make the schema.
  case mayNotCreate(role: String)
  /// Objects that the steps have created are missing or were changed.
  case damaged(objects: [String])
  /// A step failed and was rolled back.
  case failed(fileName: String, reason: String)
  /// The connection ended during a step, which may have been committed or not.
  case interrupted(fileName: String, reason: String)
  /// A step ended the transaction in which it ran, so it cannot be rolled back.
  case endedTransaction(fileName: String)
  case unreachable(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let path):
      "no migrations can be read from \(path): it must hold files NNNN_name.sql in UTF-8"
    case .misnamed(let fileName):
      "\(fileName) is not a migration's name: call it NNNN_name.sql in small letters"
    case .misplaced(let fileName, let expected):
      "\(fileName) is out of order: the next migration must have number \(expected)"
    case .newerSchema(let version, let known):
      "the database is at schema \(version) and this program knows only \(known): "
        + "start a newer version of the program"
    case .edited(let fileName):
      "\(fileName) was changed after it had been applied: restore it and add a new migration"
    case .incomplete(let missing):
      "migration \(missing) is not recorded as applied though a later one is: "
        + "restore schema_migrations from a backup"
    case .olderLayout:
      "the database holds the tables of a development version, which cannot be carried over: use "
        + "an empty database, or drop schema_migrations and its tables from the schema public"
    case .otherEncoding(let encoding):
      "the database's encoding is \(encoding), which cannot hold every text: make another database "
        + "with CREATE DATABASE waybill ENCODING 'UTF8' TEMPLATE template0"
    case .notOwner(let role, let owner):
      "the role \(role) does not own the schema waybill: run waybill migrate as \(owner)"
    case .mayNotCreate(let role):
      "the role \(role) may not make the schema waybill in this database: run waybill migrate as "
        + "the database's owner, or let that one run CREATE SCHEMA waybill AUTHORIZATION \(role)"
    case .damaged(let objects):
      "the schema is not as its steps left it (\(objects.joined(separator: ", "))): restore the "
        + "database from a dump, as docs/database.md shows; the view waybill.schema_differences "
        + "lists everything"
    case .failed(let fileName, let reason):
      "\(fileName) failed and was undone: \(reason)"
    case .interrupted(let fileName, let reason):
      "\(fileName) was interrupted: \(reason); migrate again, which finds out how far it came"
    case .endedTransaction(let fileName):
      "\(fileName) ended its transaction, so a part of it may stand: "
        + "remove BEGIN, COMMIT and ROLLBACK from it"
    case .unreachable(let reason):
      "the database cannot be asked for its schema: \(reason)"
    }
  }
}
