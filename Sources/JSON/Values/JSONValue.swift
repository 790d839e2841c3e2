/// A document as a tree, for code that compares or walks documents of any shape.
public enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  /// A number as it was written: `1.0` and `1` are different.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// An object; the members keep their order.
  case object([Member])

  public struct Member: Equatable, Sendable {
    public let key: String
    public let value: JSONValue

    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// Parses a document; a longer one than `bytesMax` is refused.
  public init(
    parsing bytes: [UInt8], bytesMax: Int = JSONLimits.documentBytes
  ) throws(JSONError) {
    let tape = try JSONParser.parse(bytes, bytesMax: bytesMax)
    var index = 0
    self.init(tape, at: &index)
  }

  private init(_ tape: JSONTape, at index: inout Int) {
    let node = tape.nodes[index]
    let start = index
    index += 1
    switch node.kind {
    case .null: self = .null
    case .true: self = .boolean(true)
    case .false: self = .boolean(false)
    case .number: self = .number(tape.string(at: start))
    case .string: self = .string(tape.string(at: start))
    case .array:
      var items: [JSONValue] = []
      while index < node.extent { items.append(JSONValue(tape, at: &index)) }
      self = .array(items)
    case .object:
      var members: [Member] = []
      while index < node.extent {
        let key = tape.string(at: index)
        index += 1
        members.append(Member(key: key, value: JSONValue(tape, at: &index)))
      }
      self = .object(members)
    }
  }

  /// The value of a member; nil when this is not an object or has no such member.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// An item; nil when this is not an array or is too short.
  public subscript(index: Int) -> JSONValue? {
    guard case .array(let items) = self, items.indices.contains(index) else { return nil }
    return items[index]
  }

  /// The document without white space.
  public var bytes: [UInt8] {
    JSONOutput.bytes(reserving: 256, write)
  }

  func write(to output: JSONOutput) {
    switch self {
    case .null: output.append(boolean: nil)
    case .boolean(let value): output.append(boolean: value)
    case .number(let text): output.append(raw: text.utf8)
    case .string(let text): output.append(string: text)
    case .array(let items):
      output.append(UInt8(ascii: "["))
      for item in items {
        output.separate(after: UInt8(ascii: "["))
        item.write(to: output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for member in members {
        output.append(key: JSONKey(member.key))
        member.value.write(to: output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }
}
