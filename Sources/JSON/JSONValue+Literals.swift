/// A document can stand in the source as it will look on the wire.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  package init(stringLiteral value: String) { self = .string(value) }

  /// A whole number.
  package init(integerLiteral value: Int) { self = .number("\(value)") }

  /// True or false.
  package init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// An array.
  package init(arrayLiteral items: JSONValue...) { self = .array(items) }

  /// An object, in the order written.
  package init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map(Member.init))
  }
}

extension JSONValue {
  /// The document for people: a line for each value, inner ones two spaces further in.
  package var indented: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, lineBreak: [0x0A])
    return bytes + [0x0A]
  }

  private func write(to bytes: inout [UInt8], lineBreak: [UInt8]) {
    let inner = lineBreak + [0x20, 0x20]
    switch self {
    case .array(let items) where !items.isEmpty:
      bytes.append(UInt8(ascii: "["))
      for item in items {
        bytes.separateJSON(after: UInt8(ascii: "["))
        bytes += inner
        item.write(to: &bytes, lineBreak: inner)
      }
      bytes += lineBreak
      bytes.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      bytes.append(UInt8(ascii: "{"))
      for member in members {
        bytes.separateJSON(after: UInt8(ascii: "{"))
        bytes += inner
        bytes.appendJSON(string: member.key)
        bytes += [UInt8(ascii: ":"), UInt8(ascii: " ")]
        member.value.write(to: &bytes, lineBreak: inner)
      }
      bytes += lineBreak
      bytes.append(UInt8(ascii: "}"))
    default: bytes += self.bytes
    }
  }
}
