import JSON
import Testing

@Suite("A refused document says where and why")
struct ErrorMessages {
  static let cases: [(text: String, message: String)] = [
    ("", "unexpected end of the document at byte 0"),
    ("{} {}", "unexpected bytes after the value at byte 3"),
    ("[1] 2", "unexpected bytes after the value at byte 4"),
    ("1 2", "unexpected bytes after the value at byte 2"),
    ("[x]", "expected a value at byte 1, in [0]"),
    ("[1,x]", "expected a value at byte 3, in [1]"),
    ("[1 2]", "expected ',' or ']' at byte 3"),
    (#"{"a":1 "b"}"#, "expected ',' or '}' at byte 7"),
    (#"{"a":x}"#, "expected a value at byte 5, in a"),
    (#"{"a":[1,{"b":2}],"c":tru}"#, "expected a value at byte 24, in c"),
    (
      #"{"items":[{"quantity":1},{"quantity":01}]}"#,
      "a number must not begin with a zero at byte 38, in items[1].quantity"
    ),
    (#"{"items":[{"quantity":1 "a":2}]}"#, "expected ',' or '}' at byte 24, in items[0]"),
    (#"{"items":[{"quantity":1}{}]}"#, "expected ',' or ']' at byte 24, in items"),
    (#"{"items":[[1],[2,3 4]]}"#, "expected ',' or ']' at byte 19, in items[1]"),
    (#"{"items":[1],"a" 2}"#, "expected ':' after the key at byte 17"),
    (#"{"a":{"b":1,}}"#, "a comma must be followed by another element at byte 12, in a"),
    (#"{"a":{"b":1,"b":2}}"#, "duplicate key at byte 12, in a.b"),
    (#"{"a":{"b":{"c":0},"\u0062":2},"d":3}"#, "duplicate key at byte 18, in a.b"),
    (#"{"a":{"b":"\x"}}"#, "unknown escape in a string at byte 11, in a.b"),
    (#"{"a":{"b":["#, "unexpected end of the document at byte 11, in a.b[0]"),
  ]

  @Test("in one sentence", arguments: cases)
  func message(_ example: (text: String, message: String)) {
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array(example.text.utf8))
    }
    #expect(error?.message == example.message)
  }

  @Test("and cuts a long key between two characters")
  func longKey() {
    let key = String(repeating: "x", count: JSONLimits.pathKeyBytes - 1) + "éé"
    let error = #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array("{\"\(key)\":x}".utf8))
    }
    #expect(error?.path == String(repeating: "x", count: JSONLimits.pathKeyBytes - 1) + "…")
  }
}
