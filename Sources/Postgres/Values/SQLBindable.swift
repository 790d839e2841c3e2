/// A value that can be a parameter of a statement.
package protocol SQLBindable {
  /// The type the server is told, whatever the value; also that of NULL.
  static var sqlType: SQLType { get }
  /// The value as it is sent.
  var sqlValue: SQLValue { get }
}

/// A value whose arrays can be parameters too.
package protocol SQLArrayElement {
  /// The type of an array of these.
  static var sqlArrayType: SQLType { get }
  /// An array of these as it is sent.
  static func sqlArray(_ elements: [Self]) -> SQLValue
}

/// A single value, alone or in an array.
package protocol SQLScalar: SQLBindable, SQLArrayElement {}

extension SQLScalar {
  /// The array type PostgreSQL keeps for the element's type.
  package static var sqlArrayType: SQLType { sqlType.array }
  /// The elements one by one. (A key path to a requirement of a protocol is built anew each time it
  /// is used, for 8,000 instructions.)
  package static func sqlArray(_ elements: [Self]) -> SQLValue {
    .array(of: sqlType, elements.map { $0.sqlValue })
  }
}

/// A PostgreSQL type by its object identifier, which is fixed for built-in types.
package struct SQLType: Hashable, Sendable {
  let oid: UInt32
  private let arrayOID: UInt32

  private init(_ oid: UInt32, array: UInt32 = 0) {
    self.oid = oid
    arrayOID = array
  }

  var array: SQLType { SQLType(arrayOID) }

  /// `boolean`.
  package static let bool = SQLType(16, array: 1000)
  /// `bytea`.
  package static let bytea = SQLType(17, array: 1001)
  /// `bigint`.
  package static let int8 = SQLType(20, array: 1016)
  /// `integer`.
  package static let int4 = SQLType(23, array: 1007)
  /// `text`.
  package static let text = SQLType(25, array: 1009)
  /// `json`.
  package static let json = SQLType(114, array: 199)
  /// `timestamptz`.
  package static let timestamp = SQLType(1184, array: 1185)
  /// `uuid`.
  package static let uuid = SQLType(2950, array: 2951)
}

/// A parameter as it is sent: in PostgreSQL's binary format, with its length.
package enum SQLValue: Sendable {
  /// NULL.
  case null
  /// One byte.
  case bool(Bool)
  /// Four bytes.
  case int32(Int32)
  /// Eight bytes.
  case int64(Int64)
  /// Sixteen bytes.
  case uuid(RawUUID)
  /// UTF-8; a NUL in it is refused before anything is sent.
  case text(String)
  /// Bytes as they are.
  case bytes([UInt8])
  /// One dimension, counted from 1.
  case array(of: SQLType, [SQLValue])
}

extension Bool: SQLScalar {
  /// `boolean`.
  package static var sqlType: SQLType { .bool }
  /// One byte.
  package var sqlValue: SQLValue { .bool(self) }
}

extension Int32: SQLScalar {
  /// `integer`.
  package static var sqlType: SQLType { .int4 }
  /// Four bytes.
  package var sqlValue: SQLValue { .int32(self) }
}

extension Int: SQLScalar {
  /// `bigint`.
  package static var sqlType: SQLType { .int8 }
  /// Eight bytes.
  package var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Int64: SQLScalar {
  /// `bigint`.
  package static var sqlType: SQLType { .int8 }
  /// Eight bytes.
  package var sqlValue: SQLValue { .int64(self) }
}

extension String: SQLScalar {
  /// `text`; where another type is wanted the statement casts.
  package static var sqlType: SQLType { .text }
  /// UTF-8 with its length.
  package var sqlValue: SQLValue { .text(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
  /// The wrapped type.
  package static var sqlType: SQLType { Wrapped.sqlType }
  /// The value, or NULL.
  package var sqlValue: SQLValue { map { $0.sqlValue } ?? .null }
}

extension Optional: SQLArrayElement where Wrapped: SQLScalar {}
extension Optional: SQLScalar where Wrapped: SQLScalar {}

extension Array: SQLBindable where Element: SQLArrayElement {
  /// The array type of the elements.
  package static var sqlType: SQLType { Element.sqlArrayType }
  /// The elements.
  package var sqlValue: SQLValue { Element.sqlArray(self) }
}

extension UInt8: SQLArrayElement {
  /// An array of bytes is a `bytea`.
  package static var sqlArrayType: SQLType { .bytea }
  /// The bytes as they are.
  package static func sqlArray(_ elements: [UInt8]) -> SQLValue { .bytes(elements) }
}

/// Rendered JSON as a parameter of type `json`; the server checks that it is.
package struct JSONText: SQLScalar, Sendable {
  /// `json`.
  package static var sqlType: SQLType { .json }
  /// The text, UTF-8.
  package let bytes: [UInt8]

  /// JSON that somebody has rendered.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The text as it is.
  package var sqlValue: SQLValue { .bytes(bytes) }
}

/// A point in time as PostgreSQL keeps it: whole microseconds.
package struct Timestamp: SQLScalar, Hashable, Comparable, Sendable {
  /// `timestamptz`.
  package static var sqlType: SQLType { .timestamp }
  /// Microseconds since 1970-01-01 UTC.
  package let microseconds: Int64

  /// A time that many microseconds after 1970-01-01 UTC.
  package init(microseconds: Int64) { self.microseconds = microseconds }

  /// Orders by time.
  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Microseconds since 2000-01-01, PostgreSQL's own beginning; clamped, as `Int64.min` and `.max`
  /// mean infinity there and the server refuses what lies beyond its calendar.
  package var sqlValue: SQLValue {
    let (shifted, overflow) = microseconds.subtractingReportingOverflow(Self.postgresEpoch)
    return .int64(overflow ? .min + 1 : shifted)
  }

  static let postgresEpoch: Int64 = 946_684_800_000_000
}
