/// Why the schema was left as it was. Each says what to do, in one line and without secrets.
public enum MigrationError: Error, Equatable, CustomStringConvertible {
  /// A file or folder that is not there, empty, too large or not UTF-8.
  case unreadable(path: String)
  /// A file that is not called `NNNN_name.sql`.
  case misnamed(fileName: String)
  /// A gap or a doubled number.
  case misplaced(fileName: String, expected: Int)
  /// The database has a step that this program does not know.
  case newerSchema(version: Int, known: Int)
  /// A step was changed after it had been applied.
  case edited(fileName: String)
  /// The steps in the database do not start at 1 without a gap.
  case incomplete(missing: Int)
  /// A step failed; nothing of it is left.
  case failed(fileName: String, reason: String)
  /// A step was cut off; the database may have committed it or not.
  case interrupted(fileName: String, reason: String)
  /// A step ended the transaction it ran in, so it could not be undone.
  case endedTransaction(fileName: String)
  /// The database could not be asked.
  case unreachable(reason: String)

  /// Cause and cure in one line.
  public var description: String {
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
