import JSON
import Testing

@Suite("Writing")
struct Writing {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("puts keys, commas and brackets where they belong")
  func order() {
    let body = JSONWriter.object { json in
      json.string("id", "o-1")
      json.integer("number", 1_042)
      json.array("items") { items in
        items.object { line in
          line.string("name", nil)
          line.money("price", 4_990)
        }
        items.object { _ in }
        items.array { _ in }
        items.array { $0.integer(1) }
      }
      json.object("shipping") { $0.null("carrier") }
      json.raw("lines", Array("[1,2]".utf8))
      json.boolean("gift", false)
      json.boolean("paid", true)
    }

    #expect(
      text(body) == #"{"id":"o-1","number":1042,"items":[{"name":null,"price":49.90},{},[],[1]],"#
        + #""shipping":{"carrier":null},"lines":[1,2],"gift":false,"paid":true}"#)
  }

  @Test("writes every kind of item")
  func items() {
    let body = JSONWriter.array { items in
      items.string("[")
      items.string(nil)
      items.integer(-7)
      items.integer(Int64.min)
      items.money(5)
      items.boolean(true)
      items.null()
      items.raw("{}".utf8)
      items.string("{")
      items.boolean(nil)
    }
    #expect(text(body) == #"["[",null,-7,-9223372036854775808,0.05,true,null,{},"{",null]"#)
  }

  @Test("writes an empty root")
  func empty() {
    #expect(text(JSONWriter.object { _ in }) == "{}")
    #expect(text(JSONWriter.array { _ in }) == "[]")
  }

  static let integers: [Int] = [
    0, 1, 9, 10, 11, 99, 100, 101, 999, 1_000, 123_456_789, .max, .min, -1, -10, -100,
  ]

  @Test("writes whole numbers in plain digits", arguments: integers)
  func integer(_ value: Int) {
    #expect(text(JSONWriter.array { $0.integer(value) }) == "[\(value)]")
  }

  static let amounts: [(minor: Int64, text: String)] = [
    (0, "0.00"), (1, "0.01"), (10, "0.10"), (99, "0.99"), (100, "1.00"), (2_110, "21.10"),
    (-1, "-0.01"), (-5, "-0.05"), (-100, "-1.00"), (999_999_999_999, "9999999999.99"),
    (.max, "92233720368547758.07"), (.min, "-92233720368547758.08"),
  ]

  @Test("writes money with two fraction digits", arguments: amounts)
  func money(_ example: (minor: Int64, text: String)) {
    #expect(text(JSONWriter.array { $0.money(example.minor) }) == "[\(example.text)]")
  }

  static let strings: [(value: String, text: String)] = [
    ("", #""""#), ("plain", #""plain""#), ("\"", #""\"""#), ("\\", #""\\""#), ("/", #""/""#),
    ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\0", #""\u0000""#), ("\u{1}", #""\u0001""#),
    ("\u{B}", #""\u000b""#), ("\u{1F}", #""\u001f""#), ("\u{7F}", "\"\u{7F}\""),
    ("\u{2028}\u{2029}", "\"\u{2028}\u{2029}\""), ("é€😀", #""é€😀""#),
    ("</script>", #""</script>""#),
    ("a\"b\"c", #""a\"b\"c""#), ("\n\n", #""\n\n""#), ("\r\n", #""\r\n""#),
    (String(repeating: "x", count: 300), "\"" + String(repeating: "x", count: 300) + "\""),
  ]

  @Test("escapes what RFC 8259 requires and nothing else", arguments: strings)
  func string(_ example: (value: String, text: String)) {
    #expect(JSONWriter.array { $0.string(example.value) } == Array("[\(example.text)]".utf8))
  }

  @Test("every scalar below U+0800 reads back as it was, in a value and in a key")
  func scalars() throws {
    // NUL is written but never read.
    let all = String(String.UnicodeScalarView((1..<0x800).compactMap(Unicode.Scalar.init)))
    let bytes = JSONWriter.object { $0.string(JSONKey(all), all) }

    #expect(
      try JSONValue(parsing: bytes) == .object([.init(key: all, value: .string(all))]))
  }
}
