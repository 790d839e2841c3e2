package import Orders
package import Postgres

/// A file that is or was imported, as the database knows it.
package struct ImportRecord: Equatable, Sendable {
  /// The sequential number; the history names the import by it.
  package let number: Int
  package let mode: ImportMode
  package let stock: ImportStock
  /// How many rows the file has.
  package let rows: Int
  /// How many of its bytes are done.
  package private(set) var byte: Int
  /// The last line that is done.
  package private(set) var line: Int
  /// Rows that became something new, changed something, or were as they are already.
  package private(set) var created, changed, unchanged: Int
  /// Rows that were left out.
  package private(set) var refused: Int
  /// When it ended; nil while it has not.
  package let finishedAt: Orders.Timestamp?

  static let columns: SQL =
    "number, mode, stock, rows, byte, created, changed, unchanged, refused, finished_at, line"

  init(_ row: Row) throws(PostgresError) {
    number = try row.int(0)
    mode = try row.word(1)
    stock = try row.word(2)
    rows = try row.int(3)
    byte = try row.int(4)
    created = try row.int(5)
    changed = try row.int(6)
    unchanged = try row.int(7)
    refused = try row.int(8)
    finishedAt = try row.optionalMoment(9)
    line = try row.int(10)
  }

  /// Rows that are as the file says.
  package var taken: Int { created + changed + unchanged }

  /// Counts a batch that was written.
  package mutating func take(_ batch: ImportBatch, _ written: WrittenBatch) {
    byte = batch.endByte
    line = batch.endLine
    created += written.created
    changed += written.changed
    unchanged += written.unchanged
    refused += batch.refused + written.refusals.count
  }
}

/// A file that is to be imported.
package struct ImportFile: Sendable {
  package let kind: ImportKind
  package let name: String
  /// The SHA-256 of its bytes, by which it is known again.
  package let sha256: [UInt8]
  package let bytes: Int

  /// A file.
  package init(kind: ImportKind, name: String, sha256: [UInt8], bytes: Int) {
    self.kind = kind
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
  }
}

/// Rows of a file that are written together, and where they end.
package struct ImportBatch: Sendable {
  /// The rows that have no fault of their own.
  package var rows: [ImportedRow] = []
  /// The line in which each of them begins.
  package var lines: [Int] = []
  /// How many further rows of this part of the file had a fault.
  package var refused = 0
  /// The byte and the line behind the batch.
  package var endByte = 0
  package var endLine = 0
  /// Whether the file ends here.
  package var isLast = false
  /// Numbers for the rows that have none, in their order. A row that finds none here draws one when
  /// it is written.
  var numbers: [Int] = []

  /// No rows.
  package init() {}
}

/// A row that the database does not take.
package struct ImportRefusal: Equatable, Sendable {
  /// The line in which the row begins.
  package let line: Int
  package let fault: ImportFault

  /// A refusal.
  package init(line: Int, fault: ImportFault) {
    self.line = line
    self.fault = fault
  }
}

/// Why a batch was not written.
package enum ImportFailure: PostgresFailure {
  case database(PostgresError)
  /// These rows are refused, and the import is to stop then.
  case refused([ImportRefusal])
  /// Another process has moved the import.
  case movedElsewhere
  /// The batch before this one was not written.
  case notReached

  package init(_ error: PostgresError) { self = .database(error) }
}
