/// A type of values that can be parameters.
package protocol SQLBindable {
  /// The type that is sent with every value, also with NULL.
  static var sqlType: SQLType { get }
  var sqlValue: SQLValue { get }
}

/// A type of which arrays can be parameters.
package protocol SQLArrayElement {
  static var sqlArrayType: SQLType { get }
  static func sqlArray(_ elements: [Self]) -> SQLValue
}

package protocol SQLScalar: SQLBindable, SQLArrayElement {}

extension SQLScalar {
  package static var sqlArrayType: SQLType { sqlType.array }
  // Not `map(\.sqlValue)`: a key path to a protocol requirement is created at each use, which takes
  // 8,000 instructions.
  package static func sqlArray(_ elements: [Self]) -> SQLValue {
    .array(of: sqlType, elements.map { $0.sqlValue })
  }
}

/// A PostgreSQL type, identified by its OID, which is fixed for built-in types.
package struct SQLType: Hashable, Sendable {
  let oid: UInt32
  private let arrayOID: UInt32

  private init(_ oid: UInt32, array: UInt32 = 0) {
    self.oid = oid
    arrayOID = array
  }

  var array: SQLType { SQLType(arrayOID) }

  package static let bool = SQLType(16, array: 1000)
  package static let bytea = SQLType(17, array: 1001)
  package static let int8 = SQLType(20, array: 1016)
  package static let int4 = SQLType(23, array: 1007)
  package static let text = SQLType(25, array: 1009)
  package static let timestamp = SQLType(1184, array: 1185)
  package static let uuid = SQLType(2950, array: 2951)
}

/// A parameter in the form in which it is sent: PostgreSQL's binary format.
package enum SQLValue: Sendable {
  case null
  case bool(Bool)
  case int32(Int32)
  case int64(Int64)
  case uuid(RawUUID)
  /// A NUL in the text is refused before anything is sent.
  case text(String)
  case bytes([UInt8])
  /// One dimension, with indices from 1.
  case array(of: SQLType, [SQLValue])
}

extension Bool: SQLScalar {
  package static var sqlType: SQLType { .bool }
  package var sqlValue: SQLValue { .bool(self) }
}

extension Int32: SQLScalar {
  package static var sqlType: SQLType { .int4 }
  package var sqlValue: SQLValue { .int32(self) }
}

extension Int: SQLScalar {
  package static var sqlType: SQLType { .int8 }
  package var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Int64: SQLScalar {
  package static var sqlType: SQLType { .int8 }
  package var sqlValue: SQLValue { .int64(self) }
}

extension String: SQLScalar {
  /// For other types the statement has to cast.
  package static var sqlType: SQLType { .text }
  package var sqlValue: SQLValue { .text(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
  package static var sqlType: SQLType { Wrapped.sqlType }
  package var sqlValue: SQLValue { map { $0.sqlValue } ?? .null }
}

extension Optional: SQLArrayElement where Wrapped: SQLScalar {}
extension Optional: SQLScalar where Wrapped: SQLScalar {}

extension Array: SQLBindable where Element: SQLArrayElement {
  package static var sqlType: SQLType { Element.sqlArrayType }
  package var sqlValue: SQLValue { Element.sqlArray(self) }
}

extension UInt8: SQLArrayElement {
  /// An array of bytes is a `bytea`.
  package static var sqlArrayType: SQLType { .bytea }
  package static func sqlArray(_ elements: [UInt8]) -> SQLValue { .bytes(elements) }
}

/// A point in time with PostgreSQL's precision.
package struct Timestamp: SQLScalar, Hashable, Comparable, Sendable {
  package static var sqlType: SQLType { .timestamp }
  /// Microseconds since 1970-01-01 UTC.
  package let microseconds: Int64

  package init(microseconds: Int64) { self.microseconds = microseconds }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Microseconds since 2000-01-01, PostgreSQL's epoch. Clamped: `Int64.min` and `.max` mean
  /// infinity there, and the server refuses times beyond its calendar.
  package var sqlValue: SQLValue {
    let (shifted, overflow) = microseconds.subtractingReportingOverflow(Self.postgresEpoch)
    return .int64(overflow ? .min + 1 : shifted)
  }

  static let postgresEpoch: Int64 = 946_684_800_000_000
}
