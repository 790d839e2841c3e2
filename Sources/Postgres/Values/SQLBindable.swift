/// A type of values that can be parameters.
public protocol SQLBindable {
  /// The type that is sent with every value, also with NULL.
  static var sqlType: SQLType { get }
  var sqlValue: SQLValue { get }
}

/// A type of which arrays can be parameters.
public protocol SQLArrayElement {
  static var sqlArrayType: SQLType { get }
  static func sqlArray(_ elements: [Self]) -> SQLValue
}

public protocol SQLScalar: SQLBindable, SQLArrayElement {}

extension SQLScalar {
  public static var sqlArrayType: SQLType { sqlType.array }
  // Not `map(\.sqlValue)`: a key path to a protocol requirement is created at each use, which takes
  // 8,000 instructions.
  public static func sqlArray(_ elements: [Self]) -> SQLValue {
    .array(of: sqlType, elements.map { $0.sqlValue })
  }
}

/// A PostgreSQL type, identified by its OID, which is fixed for built-in types.
public struct SQLType: Hashable, Sendable {
  let oid: UInt32
  private let arrayOID: UInt32

  private init(_ oid: UInt32, array: UInt32 = 0) {
    self.oid = oid
    arrayOID = array
  }

  var array: SQLType { SQLType(arrayOID) }

  public static let bool = SQLType(16, array: 1000)
  public static let bytea = SQLType(17, array: 1001)
  public static let int8 = SQLType(20, array: 1016)
  public static let int4 = SQLType(23, array: 1007)
  public static let text = SQLType(25, array: 1009)
  public static let timestamp = SQLType(1184, array: 1185)
  public static let uuid = SQLType(2950, array: 2951)
}

/// A parameter in the form in which it is sent: PostgreSQL's binary format.
public enum SQLValue: Sendable {
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
  public static var sqlType: SQLType { .bool }
  public var sqlValue: SQLValue { .bool(self) }
}

extension Int32: SQLScalar {
  public static var sqlType: SQLType { .int4 }
  public var sqlValue: SQLValue { .int32(self) }
}

extension Int: SQLScalar {
  public static var sqlType: SQLType { .int8 }
  public var sqlValue: SQLValue { .int64(Int64(self)) }
}

extension Int64: SQLScalar {
  public static var sqlType: SQLType { .int8 }
  public var sqlValue: SQLValue { .int64(self) }
}

extension String: SQLScalar {
  /// For other types the statement has to cast.
  public static var sqlType: SQLType { .text }
  public var sqlValue: SQLValue { .text(self) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
  public static var sqlType: SQLType { Wrapped.sqlType }
  public var sqlValue: SQLValue { map { $0.sqlValue } ?? .null }
}

extension Optional: SQLArrayElement where Wrapped: SQLScalar {}
extension Optional: SQLScalar where Wrapped: SQLScalar {}

extension Array: SQLBindable where Element: SQLArrayElement {
  public static var sqlType: SQLType { Element.sqlArrayType }
  public var sqlValue: SQLValue { Element.sqlArray(self) }
}

extension UInt8: SQLArrayElement {
  /// An array of bytes is a `bytea`.
  public static var sqlArrayType: SQLType { .bytea }
  public static func sqlArray(_ elements: [UInt8]) -> SQLValue { .bytes(elements) }
}

/// Bytes as an element of an array. A single `bytea` needs no wrapper: `[UInt8]` is one.
public struct Bytea: SQLScalar {
  public static var sqlType: SQLType { .bytea }
  public var sqlValue: SQLValue { .bytes(bytes) }
  private let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

/// A point in time with PostgreSQL's precision.
public struct Timestamp: SQLScalar, Hashable, Comparable, Sendable {
  public static var sqlType: SQLType { .timestamp }
  /// Microseconds since 1970-01-01 UTC.
  public let microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.microseconds < right.microseconds
  }

  /// Microseconds since 2000-01-01, PostgreSQL's epoch. Clamped: `Int64.min` and `.max` mean
  /// infinity there, and the server refuses times beyond its calendar.
  public var sqlValue: SQLValue {
    let (shifted, overflow) = microseconds.subtractingReportingOverflow(Self.postgresEpoch)
    return .int64(overflow ? .min + 1 : shifted)
  }

  static let postgresEpoch: Int64 = 946_684_800_000_000
}
