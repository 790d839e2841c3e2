import JSON
import Testing

/// RFC 8259, production by production: what must be read, and as what.
@Suite("A document is accepted")
struct AcceptedDocuments {
  struct Case: Sendable, CustomTestStringConvertible {
    let why: String
    let text: String
    let value: JSONValue
    var testDescription: String { why }

    init(_ why: String, _ text: String, _ value: JSONValue) {
      (self.why, self.text, self.value) = (why, text, value)
    }
  }

  static func object(_ members: (String, JSONValue)...) -> JSONValue {
    .object(members.map { JSONValue.Member(key: $0.0, value: $0.1) })
  }

  static let structures = [
    Case("section 2: a literal at the root", "null", .null),
    Case("section 3: true", "true", .boolean(true)),
    Case("section 3: false", "false", .boolean(false)),
    Case("section 2: a number at the root", "7", .number("7")),
    Case("section 2: a string at the root", #""a""#, .string("a")),
    Case("section 4: an empty object", "{}", object()),
    Case("section 4: an empty object with space", "{ \n}", object()),
    Case("section 4: one member", #"{"a":1}"#, object(("a", .number("1")))),
    Case("section 4: two", #"{"a":1,"b":2}"#, object(("a", .number("1")), ("b", .number("2")))),
    Case("section 4: an empty key", #"{"":1}"#, object(("", .number("1")))),
    Case(
      "section 4: keys in their order", #"{"b":1,"a":2}"#,
      object(("b", .number("1")), ("a", .number("2")))),
    Case(
      "section 4: keys that differ in case", #"{"a":1,"A":2}"#,
      object(("a", .number("1")), ("A", .number("2")))),
    Case(
      "section 4: a key that begins another", #"{"a":1,"aa":2}"#,
      object(("a", .number("1")), ("aa", .number("2")))),
    Case(
      "section 4: composed and decomposed é are two keys", "{\"\u{E9}\":1,\"e\u{301}\":2}",
      object(("\u{E9}", .number("1")), ("e\u{301}", .number("2")))),
    Case(
      "section 4: the same key in two objects", #"{"a":{"a":1}}"#,
      object(("a", object(("a", .number("1")))))),
    Case(
      "section 4: the same key in two items", #"[{"a":1},{"a":1}]"#,
      .array([object(("a", .number("1"))), object(("a", .number("1")))])),
    Case("section 5: an empty array", "[]", .array([])),
    Case("section 5: an empty array with space", "[ \t]", .array([])),
    Case("section 5: one item", "[1]", .array([.number("1")])),
    Case(
      "section 5: items of every type", #"[null,true,false,1,"a",[],{}]"#,
      .array([
        .null, .boolean(true), .boolean(false), .number("1"), .string("a"), .array([]), object(),
      ])),
    Case(
      "section 5: nested", "[[1],[[2]]]",
      .array([.array([.number("1")]), .array([.array([.number("2")])])])),
    Case(
      "section 2: white space of all four kinds", " \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n",
      .array([.number("1"), .number("2")])),
    Case("section 2: white space around a colon", "{\"a\" \n:\t1}", object(("a", .number("1")))),
    Case(
      "an object behind an array", #"{"a":[1,2],"b":{"c":[]}}"#,
      object(("a", .array([.number("1"), .number("2")])), ("b", object(("c", .array([])))))),
  ]

  static let numbers = [
    "0", "-0", "1", "-1", "9", "10", "1234567890", "0.0", "0.5", "-0.5", "1.10", "10.000",
    "0e0", "0e1", "0E1", "1e2", "1E2", "1e+2", "1e-2", "1.5e3", "-1.5E-3", "1e400", "-1e400",
    "1e-400", "9007199254740993", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "123456789012345678901234567890",
    "0.1234567890123456789012345678901234567890", "1e00", "0.00",
  ]

  static let strings = [
    Case("section 7: empty", #""""#, .string("")),
    Case("section 7: an escaped quote", #""\"""#, .string("\"")),
    Case("section 7: an escaped backslash", #""\\""#, .string("\\")),
    Case("section 7: an escaped solidus", #""\/""#, .string("/")),
    Case("section 7: a plain solidus", #""/""#, .string("/")),
    Case("section 7: \\b", #""\b""#, .string("\u{8}")),
    Case("section 7: \\f", #""\f""#, .string("\u{C}")),
    Case("section 7: \\n", #""\n""#, .string("\n")),
    Case("section 7: \\r", #""\r""#, .string("\r")),
    Case("section 7: \\t", #""\t""#, .string("\t")),
    Case("section 7: an escaped letter", #""\u0061""#, .string("a")),
    Case("section 7: lower-case digits", #""\u00e9""#, .string("é")),
    Case("section 7: upper-case digits", #""\u00E9""#, .string("é")),
    Case("section 7: an escaped control", #""\u001f""#, .string("\u{1F}")),
    Case("section 7: a surrogate pair", #""\uD834\uDD1E""#, .string("𝄞")),
    Case("section 7: the lowest pair", #""\uD800\uDC00""#, .string("\u{10000}")),
    Case("section 7: the highest pair", #""\uDBFF\uDFFF""#, .string("\u{10FFFF}")),
    Case("section 7: below the surrogates", #""\uD7FF""#, .string("\u{D7FF}")),
    Case("section 7: above the surrogates", #""\uE000""#, .string("\u{E000}")),
    Case("section 7: a non-character", #""\uFFFF""#, .string("\u{FFFF}")),
    Case("section 7: DEL needs no escape", "\"\u{7F}\"", .string("\u{7F}")),
    Case("section 7: U+2028 needs no escape", "\"\u{2028}\"", .string("\u{2028}")),
    Case("section 7: an escaped backslash before u", #""\\u0061""#, .string(#"\u0061"#)),
    Case(
      "section 7: an escaped backslash before a quote", #"["\\",1]"#,
      .array([.string("\\"), .number("1")])),
    Case("section 7: text before, between and behind escapes", #""a\nb\tc""#, .string("a\nb\tc")),
    Case("section 7: UTF-8 behind an escape", #""\né€𝄞z""#, .string("\né€𝄞z")),
    Case("section 8: two bytes", #""é""#, .string("é")),
    Case("section 8: three bytes", #""€""#, .string("€")),
    Case("section 8: four bytes", #""😀""#, .string("😀")),
    Case("section 8: the highest of two bytes", "\"\u{7FF}\"", .string("\u{7FF}")),
    Case("section 8: the lowest of three bytes", "\"\u{800}\"", .string("\u{800}")),
    Case("section 8: the highest of three bytes", "\"\u{FFFF}\"", .string("\u{FFFF}")),
    Case("section 8: the lowest of four bytes", "\"\u{10000}\"", .string("\u{10000}")),
    Case("section 8: the highest scalar", "\"\u{10FFFF}\"", .string("\u{10FFFF}")),
    Case("section 8: U+FEFF inside a string", "\"\u{FEFF}\"", .string("\u{FEFF}")),
    Case("section 8: right-to-left override", "\"\u{202E}\"", .string("\u{202E}")),
    Case("an escaped key", #"{"\u0061b":1}"#, object(("ab", .number("1")))),
    Case(
      "escapes in several strings", #"["\u0041","b","\u0043"]"#,
      .array([.string("A"), .string("b"), .string("C")])),
    Case("brackets and quotes are plain in a string", #""{[,:]}'""#, .string("{[,:]}'")),
  ]

  @Test("of this structure", arguments: structures)
  func structure(_ example: Case) throws {
    #expect(try JSONValue(parsing: Array(example.text.utf8)) == example.value)
  }

  @Test("with a number whose text is kept", arguments: numbers)
  func number(_ text: String) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == .number(text))
    #expect(try JSONValue(parsing: Array("[\(text)]".utf8)) == .array([.number(text)]))
  }

  @Test("with this string, scalar for scalar", arguments: strings)
  func string(_ example: Case) throws {
    let value = try JSONValue(parsing: Array(example.text.utf8))

    // Equality of strings would let a normalised form pass; the bytes do not.
    #expect(value.bytes == example.value.bytes)
    #expect(value == example.value)
  }

  @Test("nested as deep as the limit")
  func deepest() throws {
    let depth = JSONLimits.depth
    let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    _ = try JSONValue(parsing: Array(text.utf8))
  }
}
