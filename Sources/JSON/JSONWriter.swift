/// Writes documents straight into bytes: no spaces, keys in the order written.
///
///     let body = JSONWriter.object { json in
///       json.string("id", order.id)
///       json.money("total_amount", 2110)
///       json.array("items") { items in
///         for line in order.lines { items.object { $0.integer("quantity", line.quantity) } }
///       }
///     }
///
/// A key can only be written together with its value, in an object, and brackets close themselves;
/// commas follow from the byte before.
package enum JSONWriter {
  /// A document whose root is an object.
  package static func object(
    reserving capacity: Int = 256, _ write: (inout JSONObjectWriter) -> Void
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(capacity)
    bytes.appendJSON(object: write)
    return bytes
  }

  /// Appends a document whose root is an object to bytes that are there already.
  package static func append(
    to bytes: inout [UInt8], object write: (inout JSONObjectWriter) -> Void
  ) {
    bytes.appendJSON(object: write)
  }

  /// A document whose root is an array.
  package static func array(
    reserving capacity: Int = 256, _ write: (inout JSONArrayWriter) -> Void
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(capacity)
    bytes.appendJSON(array: write)
    return bytes
  }
}

/// The name of a member: a literal costs nothing, other text is escaped when it is written.
package enum JSONKey: ExpressibleByStringLiteral {
  /// A literal of plain ASCII without quotes or backslashes.
  case literal(StaticString)
  /// Any other text.
  case text(String)

  /// Makes a key of a literal in the source.
  package init(stringLiteral value: StaticString) { self = .literal(value) }

  /// Makes a key of text known only at run time.
  package init(_ text: String) { self = .text(text) }
}
