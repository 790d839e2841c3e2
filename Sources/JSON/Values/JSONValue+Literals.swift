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
    JSONOutput.bytes(reserving: 4_096) { output in
      write(to: output, lineBreak: [0x0A])
      output.append(0x0A)
    }
  }

  private func write(to output: JSONOutput, lineBreak: [UInt8]) {
    let inner = lineBreak + [0x20, 0x20]
    switch self {
    case .array(let items) where !items.isEmpty:
      output.append(UInt8(ascii: "["))
      for item in items {
        output.separate(after: UInt8(ascii: "["))
        output.append(inner)
        item.write(to: output, lineBreak: inner)
      }
      output.append(lineBreak)
      output.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      output.append(UInt8(ascii: "{"))
      for member in members {
        output.separate(after: UInt8(ascii: "{"))
        output.append(inner)
        output.append(string: member.key)
        output.append(": " as StaticString)
        member.value.write(to: output, lineBreak: inner)
      }
      output.append(lineBreak)
      output.append(UInt8(ascii: "}"))
    default: write(to: output)
    }
  }
}
