import HTTP
import Testing

@Suite("Percent-encoding") struct PercentCodingTests {
  @Test(
    "is decoded to text",
    arguments: [
      ("", ""), ("abc", "abc"), ("a%20b", "a b"), ("a+b", "a+b"), ("%2F", "/"), ("%2f", "/"),
      ("%25", "%"), ("%252F", "%2F"), ("caf%C3%A9", "café"), ("%F0%9F%93%A6", "📦"), ("%0A", "\n"),
    ])
  func decodes(encoded: String, text: String) throws {
    #expect(try PercentCoding.decode(Array(encoded.utf8)[...]) == text)
    #expect(encoded != "." && encoded != "..", "these are steps in an address")
  }

  @Test(
    "is refused when it is not valid",
    arguments: [
      ("%", .badEscape), ("%2", .badEscape), ("%zz", .badEscape), ("%2g", .badEscape),
      ("a%%20", .badEscape), ("%+1", .badEscape), ("%00", .nul), ("a%00b", .nul),
      ("%C3", .notUTF8), ("%FF", .notUTF8), ("%C0%AF", .notUTF8), ("%ED%A0%80", .notUTF8),
      ("%F4%90%80%80", .notUTF8), ("%A9%C3", .notUTF8),
    ] as [(String, PercentCoding.Failure)])
  func refuses(encoded: String, failure: PercentCoding.Failure) {
    #expect(throws: failure) { try PercentCoding.decode(Array(encoded.utf8)[...]) }
  }

  @Test(
    "comes back from any text",
    arguments: ["", "a/b?c#d", "100 %", "o'1\"&=+", "é📦\n\u{7F}", ".", "..", "..."])
  func roundTrip(text: String) throws {
    let encoded = PercentCoding.encode(text)

    #expect(try PercentCoding.decode(Array(encoded.utf8)[...]) == text)
    #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#&=+\"'".utf8.contains($0) })
  }
}

@Suite("A query") struct QueryTests {
  private func read(_ text: String?) throws(Query.Failure) -> [String] {
    try Query(text.map { Array($0.utf8)[...] }).parameters.map { "\($0.name)=\($0.value)" }
  }

  @Test(
    "is its parameters in order",
    arguments: [
      (nil, []), ("", []), ("a=1", ["a=1"]), ("a=1&b=2&a=3", ["a=1", "b=2", "a=3"]),
      ("a", ["a="]), ("a=", ["a="]), ("=1", ["=1"]), ("a=b=c", ["a=b=c"]), ("&&a=1&", ["a=1"]),
      ("q=red+shoes", ["q=red shoes"]), ("q=1%2B1", ["q=1+1"]), ("%61=%62", ["a=b"]),
      ("a%3Db=c%26d", ["a=b=c&d"]), ("a=?/", ["a=?/"]), ("a;b=1", ["a;b=1"]),
    ] as [(String?, [String])])
  func reads(text: String?, parameters: [String]) throws {
    #expect(try read(text) == parameters)
  }

  @Test("is refused when a part of it does not decode", arguments: ["a=%", "%zz=1", "a=1&b=%FF"])
  func refuses(text: String) {
    #expect(throws: Query.Failure.self) { try read(text) }
  }

  @Test("has up to 64 parameters") func bounded() throws {
    let most = Array(repeating: "a=1", count: Query.parametersMax).joined(separator: "&")

    #expect(try read(most).count == Query.parametersMax)
    #expect(throws: Query.Failure.tooManyParameters) { try read(most + "&b") }
  }

  @Test("is looked up by name") func lookup() throws {
    let query = try Query(Array("a=1&b=2&a=3".utf8)[...])

    #expect(query["a"] == "1")
    #expect(query["c"] == nil)
  }
}

@Suite("A date") struct HTTPDateTests {
  @Test(
    "is written as RFC 9110 section 5.6.7 says",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
      (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
      (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"),
      (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 GMT"),
      (1_735_689_599, "Tue, 31 Dec 2024 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
      (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"),
      (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
      (.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
      (.min, "Thu, 01 Jan 1970 00:00:00 GMT"),
    ] as [(Int64, String)])
  func writes(seconds: Int64, text: String) {
    #expect(String(decoding: HTTPDate.bytes(unixSeconds: seconds), as: UTF8.self) == text)
  }
}

@Suite("A request id") struct RequestIDTests {
  private func id(_ value: String) throws -> RequestID? {
    RequestID(of: try parse("GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(value)\r\n\r\n"))
  }

  @Test("is taken from the client when it is fit for a log line") func taken() throws {
    let longest = String(repeating: "a", count: RequestID.takenBytesMax)

    #expect(try id("a1._-:/+=") == .taken("a1._-:/+="))
    #expect(try id(longest) == .taken(longest))
  }

  @Test(
    "is not taken from the client otherwise",
    arguments: ["", "a b", "a\"", "a,b", "{}", "é", "a;b", "a\tb"])
  func unfit(value: String) throws {
    #expect(try id(value) == nil)
    #expect(try id(String(repeating: "a", count: RequestID.takenBytesMax + 1)) == nil)
    #expect(RequestID(of: try parse("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == nil)
  }

  @Test("made here is 32 hexadecimal digits") func made() {
    #expect(RequestID.made(.max, 0xF).description == "ffffffffffffffff000000000000000f")
  }
}
