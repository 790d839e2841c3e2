/// Documents can be written in Swift as literals that look like JSON.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }

  public init(integerLiteral value: Int) { self = .number("\(value)") }

  public init(booleanLiteral value: Bool) { self = .boolean(value) }

  public init(arrayLiteral items: JSONValue...) { self = .array(items) }

  public init(dictionaryLiteral members: (String, JSONValue)...) {
    self = .object(members.map(Member.init))
  }
}

extension JSONValue {
  /// The document for people: each value on its own line, indented by two spaces for each level.
  public var indented: [UInt8] {
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
