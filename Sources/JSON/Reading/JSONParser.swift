/// Parses one document of RFC 8259 into a tape, in one pass over the bytes.
///
/// It is strict where the RFC leaves a choice: duplicate keys, NUL, lone surrogates and a byte
/// order mark are refused, because other parsers interpret them differently.
struct JSONParser {
  var tape: JSONTape
  var at = 0
  private let valuesMax: Int

  private init(tape: JSONTape, valuesMax: Int) {
    self.tape = tape
    self.valuesMax = valuesMax
  }

  static func parse(
    _ bytes: [UInt8], bytesMax: Int = JSONLimits.documentBytes
  ) throws(JSONError) -> JSONTape {
    guard bytes.count <= bytesMax else {
      throw JSONError(offset: bytesMax, path: "", reason: .tooLong)
    }
    var parser = JSONParser(
      tape: JSONTape(text: bytes), valuesMax: JSONLimits.values(bytesMax: bytesMax))
    do {
      try parser.document(bytes.span)
      return parser.tape
    } catch {
      throw parser.locate(error)
    }
  }

  private func locate(_ reason: JSONError.Reason) -> JSONError {
    var path = tape.path(to: tape.nodes.count)[...]
    // The error lies between two elements, so it is reported for the array.
    if reason == .expectedCommaOrBracket, let bracket = path.lastIndex(of: "[") {
      path = path[..<bracket]
    }
    return JSONError(offset: at, path: String(path), reason: reason)
  }

  private mutating func document(_ bytes: Span<UInt8>) throws(JSONError.Reason) {
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
      throw .byteOrderMark
    }
    try value(bytes, depth: 0)
    skipSpace(bytes)
    guard at == bytes.count else { throw bytes[at] == 0 ? .nulCharacter : .trailingBytes }
  }

  private mutating func value(_ bytes: Span<UInt8>, depth: Int) throws(JSONError.Reason) {
    switch try token(bytes) {
    case UInt8(ascii: "\""):
      append(try string(bytes))
    case UInt8(ascii: "{"):
      try object(bytes, depth: depth)
    case UInt8(ascii: "["):
      try array(bytes, depth: depth)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      append(try number(bytes))
    case UInt8(ascii: "t"):
      try literal("true", .true, bytes)
    case UInt8(ascii: "f"):
      try literal("false", .false, bytes)
    case UInt8(ascii: "n"):
      try literal("null", .null, bytes)
    case 0:
      throw .nulCharacter
    default:
      throw .expectedValue
    }
    guard tape.nodes.count <= valuesMax else { throw .tooManyValues }
  }

  private mutating func object(_ bytes: Span<UInt8>, depth: Int) throws(JSONError.Reason) {
    let index = try open(.object, depth: depth)
    var keys = 0
    if try token(bytes) == UInt8(ascii: "}") {
      at += 1
    } else {
      repeat {
        guard try token(bytes) == UInt8(ascii: "\"") else {
          throw keys > 0 && bytes[at] == UInt8(ascii: "}") ? .trailingComma : .expectedKey
        }
        let key = try string(bytes)
        guard try token(bytes) == UInt8(ascii: ":") else { throw .expectedColon }
        at += 1
        append(key)
        keys += 1
        try value(bytes, depth: depth + 1)
      } while try hasAnother(bytes, before: UInt8(ascii: "}"), else: .expectedCommaOrBrace)
    }
    tape.nodes[index].extent = UInt32(tape.nodes.count)
    if let duplicate = tape.duplicateKey(of: index, count: keys) {
      at = tape.nodes[duplicate].offset - 1
      tape.nodes[index].extent = 0
      tape.nodes.removeSubrange((duplicate + 1)...)
      throw .duplicateKey
    }
  }

  private mutating func array(_ bytes: Span<UInt8>, depth: Int) throws(JSONError.Reason) {
    let index = try open(.array, depth: depth)
    if try token(bytes) == UInt8(ascii: "]") {
      at += 1
    } else {
      var isFirst = true
      repeat {
        if !isFirst, try token(bytes) == UInt8(ascii: "]") { throw .trailingComma }
        isFirst = false
        try value(bytes, depth: depth + 1)
      } while try hasAnother(bytes, before: UInt8(ascii: "]"), else: .expectedCommaOrBracket)
    }
    tape.nodes[index].extent = UInt32(tape.nodes.count)
  }

  /// Starts a container; its end is not known yet and is set to 0.
  private mutating func open(
    _ kind: JSONNode.Kind, depth: Int
  ) throws(JSONError.Reason) -> Int {
    guard depth < JSONLimits.depth else { throw .tooDeep }
    append(JSONNode(kind, offset: at, extent: 0))
    at += 1
    return tape.nodes.count - 1
  }

  /// Consumes the comma before a further element, or the end of the container.
  private mutating func hasAnother(
    _ bytes: Span<UInt8>, before end: UInt8, else reason: JSONError.Reason
  ) throws(JSONError.Reason) -> Bool {
    let byte = try token(bytes)
    guard byte == UInt8(ascii: ",") || byte == end else { throw reason }
    at += 1
    return byte != end
  }

  private mutating func literal(
    _ word: StaticString, _ kind: JSONNode.Kind, _ bytes: Span<UInt8>
  ) throws(JSONError.Reason) {
    let start = at
    let length = word.utf8CodeUnitCount
    for position in 0..<length {
      guard at < bytes.count else { throw .endOfInput }
      guard bytes[at] == word.utf8Start[position] else { throw .expectedValue }
      at += 1
    }
    append(JSONNode(kind, offset: start, extent: length))
  }

  private mutating func append(_ node: JSONNode) {
    tape.nodes.append(node)
  }

  /// The next byte that is not white space; it is not consumed.
  private mutating func token(_ bytes: Span<UInt8>) throws(JSONError.Reason) -> UInt8 {
    skipSpace(bytes)
    guard at < bytes.count else { throw .endOfInput }
    return bytes[at]
  }

  private mutating func skipSpace(_ bytes: Span<UInt8>) {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x09, 0x0A, 0x0D: at += 1
      default: return
      }
    }
  }
}
