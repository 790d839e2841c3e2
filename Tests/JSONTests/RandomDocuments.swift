import JSON
import TestSupport
import Testing

@Suite("Random documents")
struct RandomDocuments {
  static let seeds: [UInt64] = [1, 2, 3, 5, 8]

  @Test("read back equal to what was written", arguments: seeds)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for round in 0..<300 {
      let value = Self.value(&random, depth: 5)
      let bytes = value.bytes
      #expect(try JSONValue(parsing: bytes) == value, "seed \(seed), round \(round)")
      #expect(try JSONValue(parsing: bytes).bytes == bytes, "seed \(seed), round \(round)")
    }
  }

  @Test("with damaged bytes are refused or read, and what was read is stable", arguments: seeds)
  func damaged(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for round in 0..<1_000 {
      var bytes = Self.value(&random, depth: 4).bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) { Self.damage(&bytes, &random) }

      do throws(JSONError) {
        let value = try JSONValue(parsing: bytes)
        #expect(try JSONValue(parsing: value.bytes) == value, "seed \(seed), round \(round)")
      } catch {
        #expect((0...bytes.count).contains(error.offset), "seed \(seed), round \(round)")
      }
    }
  }

  @Test("cut anywhere are refused, in order bodies read as an order too", arguments: seeds)
  func orders(seed: UInt64) {
    let body = Array(
      #"{"customer_id":"c-é\u00e9","items":[{"quantity":2,"price":"1.50"}],"gift":true}"#.utf8)
    for end in body.indices {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(body[..<end])) }
    }

    var random = SeededRandom(seed: seed)
    for _ in 0..<1_000 {
      var bytes = body
      Self.damage(&bytes, &random)
      // Nothing is expected but an end: no input may trap.
      _ = try? JSONReader.decode(bytes) { Order($0) }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    let tokens = Array(#"{}[],:"\u0eE+-. tfn"#.utf8) + [0x00, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
    let at = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.insert(tokens.randomElement(using: &random)!, at: at)
    case 1 where at < bytes.count: bytes.remove(at: at)
    case 2 where at < bytes.count: bytes[at] = tokens.randomElement(using: &random)!
    default: bytes.removeSubrange(at...)
    }
  }

  private static func value(_ random: inout SeededRandom, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &random) {
    case 0: return .null
    case 1: return .boolean(.random(using: &random))
    case 2: return .number(String(Int.random(in: .min ... .max, using: &random)))
    case 3: return .number("\(Int.random(in: -999...999, using: &random)).50e-7")
    case 4: return .string(string(&random))
    case 5, 6:
      let count = Int.random(in: 0...20, using: &random)
      var members: [JSONValue.Member] = []
      for _ in 0..<count {
        let key = string(&random)
        // Compared by scalars, as the reader does, not by normal form.
        guard !members.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else { continue }
        members.append(.init(key: key, value: value(&random, depth: depth - 2)))
      }
      return .object(members)
    default:
      let count = Int.random(in: 0...5, using: &random)
      return .array((0..<count).map { _ in value(&random, depth: depth - 1) })
    }
  }

  private static func string(_ random: inout SeededRandom) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x01...0x7F, 0x20...0x7E, 0x22...0x22, 0x5C...0x5C, 0x80...0x7FF, 0x800...0xD7FF,
      0xE000...0xFFFF, 0x10000...0x10FFFF,
    ]
    var string = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      let code = UInt32.random(in: ranges.randomElement(using: &random)!, using: &random)
      string.append(Unicode.Scalar(code)!)
    }
    return String(string)
  }
}
