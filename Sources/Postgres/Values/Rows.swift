import CPQ

/// The rows of one result, read where libpq put them; nothing is copied until it is asked for.
///
/// Nobody changes the result once it is here, so it may be read from anywhere.
package final class Rows: @unchecked Sendable {
  fileprivate let result: OpaquePointer
  /// How many rows there are.
  package let count: Int
  /// Whether what the statement did has been committed. Set before anybody else has the rows.
  var isCommitted = false

  /// Takes the result over.
  init(_ result: OpaquePointer) {
    self.result = result
    count = Int(PQntuples(result))
  }

  deinit { PQclear(result) }

  /// How many rows the statement wrote, or read.
  package var affected: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

  /// What to throw when a column is not what it should be.
  package func undecodable(_ column: Int, expected: String) -> PostgresError {
    .decoding(column: column, expected: expected, isCommitted: isCommitted)
  }

  /// What the server says it did: the statement's tag.
  var command: String { String(cString: PQcmdStatus(result)) }

  /// Every row made into a value.
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
  /// The first row's index.
  package var startIndex: Int { 0 }
  /// One past the last row's index.
  package var endIndex: Int { count }

  /// A row by its index.
  package subscript(index: Int) -> Row {
    precondition(index >= 0 && index < count, "no such row")
    return Row(rows: self, index: Int32(index))
  }
}

/// One row, decoded by position; a column that is not what it should be is an error, never a trap.
package struct Row: Sendable {
  private let rows: Rows
  private let index: Int32

  fileprivate init(rows: Rows, index: Int32) {
    self.rows = rows
    self.index = index
  }

  /// What to throw when a column is not what it should be.
  package func undecodable(_ column: Int, expected: String) -> PostgresError {
    rows.undecodable(column, expected: expected)
  }

  /// Whether the column is NULL.
  package func isNull(_ column: Int) -> Bool {
    PQgetisnull(rows.result, index, Int32(clamping: column)) != 0
  }

  /// Shows the column's bytes where they lie; they are good only inside. Nil for NULL.
  package func withBytes<Value, Failure: Error>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    let number = Int32(clamping: column)
    guard PQgetisnull(rows.result, index, number) == 0,
      let start = PQgetvalue(rows.result, index, number)
    else { return nil }
    let count = Int(PQgetlength(rows.result, index, number))
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// Decodes the column, or says what it should have been; nil when it is NULL.
  private func decode<Value>(
    _ column: Int, as expected: String, _ parse: (UnsafeRawBufferPointer) -> Value?
  ) throws(PostgresError) -> Value? {
    guard column >= 0, column < PQnfields(rows.result) else {
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
  /// A whole number of any of PostgreSQL's integer types.
  package func int(_ column: Int) throws(PostgresError) -> Int {
    try required(column, as: "an integer", TextFormat.integer)
  }

  /// A whole number, or nil for NULL.
  package func optionalInt(_ column: Int) throws(PostgresError) -> Int? {
    try decode(column, as: "an integer", TextFormat.integer)
  }

  /// A `numeric` with exactly so many digits behind its point, counted in the last of them.
  package func decimal(_ column: Int, fractionDigits: Int) throws(PostgresError) -> Int {
    try required(column, as: "a number with \(fractionDigits) digits behind its point") {
      TextFormat.decimal($0, fractionDigits: fractionDigits)
    }
  }

  /// Text, or anything else as PostgreSQL writes it.
  package func text(_ column: Int) throws(PostgresError) -> String {
    try required(column, as: "text") { String(decoding: $0, as: UTF8.self) }
  }

  /// Text, or nil for NULL.
  package func optionalText(_ column: Int) throws(PostgresError) -> String? {
    try decode(column, as: "text") { String(decoding: $0, as: UTF8.self) }
  }

  /// A boolean.
  package func bool(_ column: Int) throws(PostgresError) -> Bool {
    try required(column, as: "a boolean", TextFormat.boolean)
  }

  /// A UUID.
  package func uuid(_ column: Int) throws(PostgresError) -> RawUUID {
    try required(column, as: "a uuid", RawUUID.init(canonical:))
  }

  /// A UUID, or nil for NULL.
  package func optionalUUID(_ column: Int) throws(PostgresError) -> RawUUID? {
    try decode(column, as: "a uuid", RawUUID.init(canonical:))
  }

  /// A `timestamptz`, which our connections are sent in UTC.
  package func timestamp(_ column: Int) throws(PostgresError) -> Timestamp {
    try required(column, as: "a timestamp with time zone", TextFormat.timestamp)
  }

  /// A `timestamptz`, or nil for NULL.
  package func optionalTimestamp(_ column: Int) throws(PostgresError) -> Timestamp? {
    try decode(column, as: "a timestamp with time zone", TextFormat.timestamp)
  }

  /// The text's bytes as they came, say of rendered JSON.
  package func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
    try required(column, as: "text") { [UInt8]($0) }
  }

  /// The bytes of a `bytea`.
  package func bytea(_ column: Int) throws(PostgresError) -> [UInt8] {
    try required(column, as: "a bytea", TextFormat.bytea)
  }
}
