import JSON
import Testing

/// Documents made to cost more than they weigh. Each must end, and soon, in a refusal or a value.
@Suite("A bomb is harmless", .timeLimit(.minutes(10)))
struct Bombs {
  private func reason(_ text: String) -> JSONError.Reason? {
    do throws(JSONError) {
      _ = try JSONValue(parsing: Array(text.utf8))
      return nil
    } catch { return error.reason }
  }

  @Test("of depth", arguments: ["[", #"{"a":"#, #"[{"a":"#])
  func depth(_ opening: String) {
    #expect(reason(String(repeating: opening, count: 100_000 / opening.utf8.count)) == .tooDeep)
  }

  @Test("one level past the limit")
  func oneTooDeep() {
    let depth = JSONLimits.depth + 1
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    #expect(reason(text) == .tooDeep)
  }

  @Test("of a million keys, or items")
  func million() {
    #expect(reason("{" + (0..<1_000_000).map { "\"\($0)\":0" }.joined(separator: ",")) == .tooLong)
    #expect(reason("[" + String(repeating: "0,", count: 1_000_000) + "0]") == .tooLong)
  }

  @Test("one byte past the limit of a document")
  func length() {
    let spaces = String(repeating: " ", count: JSONLimits.documentBytes - 1)
    #expect(reason(spaces + "1") == nil)
    #expect(reason(spaces + "1 ") == .tooLong)
  }

  @Test("one value past the limit of values")
  func values() {
    // The array itself counts.
    let items = Array(repeating: "1", count: JSONLimits.values - 1).joined(separator: ",")
    #expect(reason("[\(items)]") == nil)
    #expect(reason("[\(items),1]") == .tooManyValues)
  }

  @Test("of as many different keys as fit, and of one more that is there already")
  func keys() {
    // Equal lengths and a long common beginning are the worst for comparing.
    let keys = (0..<10_000).map { "\"aaaaaaaaaaaa\(10_000 + $0)\":0" }.joined(separator: ",")
    #expect(reason("{\(keys)}") == nil)
    #expect(reason("{\(keys),\"aaaaaaaaaaaa10000\":0}") == .duplicateKey)
    #expect(reason("{\(keys),\"aaaaaaaaaaaa1\\u00310000\":0}") == nil)
    #expect(reason("{\(keys),\"aaaaaaaaaaaa1\\u0030000\":0}") == .duplicateKey)
  }

  @Test("of many objects just below and above the number of keys compared in pairs")
  func fewKeys() {
    for count in 10...14 {
      let keys = (0..<count).map { "\"k\($0)\":0" }.joined(separator: ",")
      let object = "{\(keys)}"
      #expect(
        reason("[" + Array(repeating: object, count: 500).joined(separator: ",") + "]") == nil)
      for position in 0..<count {
        #expect(reason("{\(keys),\"k\(position)\":1}") == .duplicateKey)
      }
    }
  }

  @Test(
    "of a number with ten thousand digits, or an exponent past all range",
    arguments: [
      String(repeating: "9", count: 10_000), "0." + String(repeating: "9", count: 10_000),
      "1e" + String(repeating: "9", count: 10_000), "1e400", "-1e400",
    ])
  func numbers(_ text: String) {
    #expect(reason(text) == nil)
    #expect(throws: JSONFailure.self) {
      try JSONReader.decodeValue(Array(text.utf8)) { $0.integer() }
    }
    #expect(throws: JSONFailure.self) {
      try JSONReader.decodeValue(Array(text.utf8)) { $0.decimal(.money) }
    }
  }

  @Test("of nothing but escapes")
  func escapes() {
    #expect(reason("\"" + String(repeating: "\\u00e9", count: 40_000) + "\"") == nil)
    let strings = Array(repeating: #""\n""#, count: 30_000).joined(separator: ",")
    #expect(reason("[\(strings)]") == nil)
  }

  @Test("of unknown fields, also when all look alike where a path cuts them")
  func unknown() {
    let short = (0..<15_000).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(Order.violations("{\(short)}").count == JSONLimits.violations)

    let beginning = String(repeating: "x", count: JSONLimits.pathKeyBytes)
    let long = (0..<3_000).map { "\"\(beginning)\($0)\":0" }.joined(separator: ",")
    let found = Order.violations("{\(long)}")
    #expect(found.count == JSONLimits.violations)
    #expect(found.last == beginning + "…: is not a known field")
  }
}
