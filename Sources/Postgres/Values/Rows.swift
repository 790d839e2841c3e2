import CPQ

/// The rows of a result in libpq's memory; values are copied only when they are read.
///
/// Unchecked: nothing changes a result, so any thread may read it.
package final class Rows: @unchecked Sendable {
  fileprivate let result: OpaquePointer
  package let count: Int
  fileprivate let columnCount: Int32
  fileprivate let isBinary: Bool
  /// Whether the statement has been committed. Set before the rows are passed on.
  var isCommitted = false

  /// Takes ownership of the result.
  init(_ result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
    columnCount = PQnfields(result)
    isBinary = PQbinaryTuples(result) == 1
  }

  deinit { PQclear(result) }

  /// The error for a column that does not have the expected type.
  package func undecodable(_ column: Int, expected: String) -> PostgresError {
    .decoding(column: column, expected: expected, isCommitted: isCommitted)
  }

  /// The command tag: what the server says it did.
  var command: String { String(cString: PQcmdStatus(result)) }

  package func map<Value>(
    _ transform: (Row) throws(PostgresError) -> Value
  ) throws(PostgresError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for row in self { values.append(try transform(row)) }
    return values
  }
}

extension Rows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }

  package subscript(index: Int) -> Row {
    precondition(index >= 0 && index < count, "no such row")
    return Row(rows: self, index: Int32(index))
  }
}

/// One row. Columns are decoded by position; one of another type is an error, not a trap.
package struct Row: Sendable {
  private let rows: Rows
  private let index: Int32

  fileprivate init(rows: Rows, index: Int32) {
    self.rows = rows
    self.index = index
  }

  /// The error for a column that does not have the expected type.
  package func undecodable(_ column: Int, expected: String) -> PostgresError {
    rows.undecodable(column, expected: expected)
  }

  package func isNull(_ column: Int) -> Bool {
    PQgetisnull(rows.result, index, Int32(clamping: column)) != 0
  }

  /// Calls `body` with the column's bytes, which are valid only inside; nil for NULL.
  package func withBytes<Value, Failure: Error>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    let number = Int32(clamping: column)
    let count = Int(PQgetlength(rows.result, index, number))
    // NULL has the length 0, so only a value of that length has to be checked.
    guard count > 0 || PQgetisnull(rows.result, index, number) == 0,
      let start = PQgetvalue(rows.result, index, number)
    else { return nil }
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Nil for NULL.
  private func decode<Value>(
    _ column: Int, as expected: String, _ parse: (UnsafeRawBufferPointer) -> Value?
  ) throws(PostgresError) -> Value? {
    guard column >= 0, column < rows.columnCount else {
      throw undecodable(column, expected: "in the result")
    }
    let parsed: Value?? = withBytes(column, parse)
    guard let parsed else { return nil }
    guard let parsed else { throw undecodable(column, expected: expected) }
    return parsed
  }

  private func required<Value>(
    _ column: Int, as expected: String, _ parse: (UnsafeRawBufferPointer) -> Value?
  ) throws(PostgresError) -> Value {
    guard let value = try decode(column, as: expected, parse) else {
      throw undecodable(column, expected: "\(expected), but NULL")
    }
    return value
  }
}

extension Row {
  /// Any of PostgreSQL's integer types.
  package func int(_ column: Int) throws(PostgresError) -> Int {
    try required(
      column, as: "an integer", rows.isBinary ? BinaryFormat.integer : TextFormat.integer)
  }

  package func optionalInt(_ column: Int) throws(PostgresError) -> Int? {
    try decode(
      column, as: "an integer", rows.isBinary ? BinaryFormat.integer : TextFormat.integer)
  }

  /// A `numeric` with exactly so many fraction digits, in units of the last of them.
  package func decimal(_ column: Int, fractionDigits: Int) throws(PostgresError) -> Int {
    try required(column, as: "a number with \(fractionDigits) digits behind its point") { bytes in
      guard rows.isBinary else {
        return TextFormat.decimal(bytes, fractionDigits: fractionDigits)
      }
      guard var digits = BinaryFormat.numeric(bytes) else { return nil }
      return digits.withUTF8 {
        TextFormat.decimal(UnsafeRawBufferPointer($0), fractionDigits: fractionDigits)
      }
    }
  }

  /// A `numeric` in its digits, such as `-1.50`.
  package func digits(_ column: Int) throws(PostgresError) -> String {
    try required(column, as: "a number") { bytes in
      rows.isBinary ? BinaryFormat.numeric(bytes) : String(decoding: bytes, as: UTF8.self)
    }
  }

  /// Text, JSON, or in the text format any other type.
  package func text(_ column: Int) throws(PostgresError) -> String {
    try required(column, as: "text") { String(decoding: $0, as: UTF8.self) }
  }

  package func optionalText(_ column: Int) throws(PostgresError) -> String? {
    try decode(column, as: "text") { String(decoding: $0, as: UTF8.self) }
  }

  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    try required(
      column, as: "a boolean", rows.isBinary ? BinaryFormat.boolean : TextFormat.boolean)
  }

  package func uuid(_ column: Int) throws(PostgresError) -> RawUUID {
    try required(
      column, as: "a uuid", rows.isBinary ? BinaryFormat.uuid : RawUUID.init(canonical:))
  }

  /// A `timestamptz`; our connections have the time zone UTC.
  package func timestamp(_ column: Int) throws(PostgresError) -> Timestamp {
    try required(
      column, as: "a timestamp with time zone",
      rows.isBinary ? BinaryFormat.timestamp : TextFormat.timestamp)
  }

  package func optionalTimestamp(_ column: Int) throws(PostgresError) -> Timestamp? {
    try decode(
      column, as: "a timestamp with time zone",
      rows.isBinary ? BinaryFormat.timestamp : TextFormat.timestamp)
  }

  /// The bytes of a text, for example of JSON.
  package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    try required(column, as: "text") { [UInt8]($0) }
  }

  package func bytea(_ column: Int) throws(PostgresError) -> [UInt8] {
    try required(
      column, as: "a bytea", rows.isBinary ? { [UInt8]($0) } : TextFormat.bytea)
  }
}
