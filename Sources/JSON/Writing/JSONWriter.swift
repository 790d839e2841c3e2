/// Writes documents directly as bytes, without spaces and with the keys in the order of the calls.
///
///     let body = JSONWriter.object { json in
///       json.string("id", order.id)
///       json.money("total_amount", 2110)
///       json.array("items") { items in
///         for line in order.lines { items.object { $0.integer("quantity", line.quantity) } }
///       }
///     }
///
/// Keys can only be written together with values, and only in an object. Brackets are closed when
/// the closure returns; whether a comma is needed is decided by the last byte.
public enum JSONWriter {
  /// A document whose root is an object.
  public static func object(
    reserving capacity: Int = 256, _ write: (inout JSONObjectWriter) -> Void
  ) -> [UInt8] {
    JSONOutput.bytes(reserving: capacity) { $0.append(object: write) }
  }

  /// Appends a document whose root is an object.
  public static func append(
    to bytes: inout [UInt8], object write: (inout JSONObjectWriter) -> Void
  ) {
    JSONOutput.with(reserving: 1_024, { $0.append(object: write) }) { bytes.append(contentsOf: $0) }
  }

  /// A document whose root is an array.
  public static func array(
    reserving capacity: Int = 256, _ write: (inout JSONArrayWriter) -> Void
  ) -> [UInt8] {
    JSONOutput.bytes(reserving: capacity) { $0.append(array: write) }
  }
}

/// The name of a member. A literal is written as it is; other text is escaped.
public enum JSONKey: ExpressibleByStringLiteral {
  /// A literal of plain ASCII without quotes or backslashes.
  case literal(StaticString)
  case text(String)

  public init(stringLiteral value: StaticString) { self = .literal(value) }

  /// For text that is known only at run time.
  public init(_ text: String) { self = .text(text) }
}
