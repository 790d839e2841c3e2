import JSON

/// What people and programs send who mean no good, or who are mistaken.
enum Hostile {
  /// Bodies that are no JSON object, whatever a route expects.
  static let documents: [(name: String, text: String)] = [
    ("nothing but a space", " "), ("a word", "null"), ("a number", "7"), ("a string", #""{}""#),
    ("an array", "[]"), ("an object in an array", "[{}]"), ("half an object", #"{"a":"#),
    ("two objects", "{}{}"), ("a comma at the end", #"{"a":1,}"#), ("a comment", "{/* */}"),
    ("a name without quotes", "{a:1}"), ("single quotes", "{'a':1}"), ("NaN", #"{"a":NaN}"#),
    ("a byte order mark", "\u{FEFF}{}"), ("a NUL", "{\0}"), ("an escaped NUL", #"{"a":"\u0000"}"#),
    ("half a surrogate pair", #"{"a":"\ud800"}"#), ("a name twice", #"{"a":1,"a":1}"#),
    ("a name twice, once escaped", #"{"a":1,"\u0061":1}"#), ("a plus sign", #"{"a":+1}"#),
    ("a leading zero", #"{"a":01}"#),
    ("100,000 arrays in one another", String(repeating: "[", count: 100_000)),
    ("33 objects in one another", nested(33)),
    ("20,000 names", "{" + (0..<20_000).map { "\"\($0)\":" }.joined(separator: "1,") + "}"),
  ]

  /// Texts for any place where a text is expected, or an address.
  static let texts: [String] = [
    "'; DROP TABLE orders; --", "' OR '1'='1", "1; SELECT pg_sleep(60)", "$1", "%s%n%x",
    "\\'; --", "${jndi:ldap://example.org}", "{{7*7}}", "<script>alert(1)</script>",
    "../../../etc/passwd", "..%2f..%2f", "\r\nSet-Cookie: a=b\r\n\r\nHTTP/1.1 200 OK",
    "=cmd|' /C calc'!A0", "null", "undefined", "true", "NaN", "Infinity", "-1", "1e400",
    "9223372036854775808", "00000000-0000-0000-0000-000000000000",
    "\u{202E}evil", "\u{FEFF}", "\u{FFFF}", "😀", "Å", "A\u{30A}", "\u{7F}",
    "e" + String(repeating: "\u{301}", count: 150), String(repeating: "x", count: 5_000),
  ]

  /// Numbers at the edges of what computers count with.
  static let numbers: [String] = [
    "0", "-0", "-1", "0.1", "1.0", "1e2", "1e-2", "0.005", "2147483647", "2147483648",
    "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "-9223372036854775809", "99999999999999999999999999999999", "1e400", "-1e400", "1e-400",
    "9999999999.99", "10000000000.00", String(repeating: "9", count: 10_000),
  ]

  /// Anything in the place of any value.
  static let values: [JSONValue] =
    numbers.map(JSONValue.number) + texts.map(JSONValue.string)
    + [.string(""), .string(" "), .null, .boolean(true), .array([]), .object([])]
    + [
      JSONValue.array(Array(repeating: .object([]), count: 1_000)),
      .object([.init(key: "", value: .null)]),
    ]

  private static func nested(_ depth: Int) -> String {
    String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
  }
}

extension JSONValue {
  /// The document with each of its values in turn, the outermost apart, as `change` makes it.
  func variants(_ change: (JSONValue) -> [JSONValue]) -> [JSONValue] {
    switch self {
    case .object(let members):
      return members.indices.flatMap { index in
        let value = members[index].value
        return (change(value) + value.variants(change)).map { new -> JSONValue in
          var members = members
          members[index] = .init(key: members[index].key, value: new)
          return .object(members)
        }
      }
    case .array(let items):
      return items.indices.flatMap { index in
        (change(items[index]) + items[index].variants(change)).map { new -> JSONValue in
          var items = items
          items[index] = new
          return .array(items)
        }
      }
    default: return []
    }
  }

  /// The document with one member more in each of its objects in turn.
  ///
  /// What a client keeps with an order has names of the client's own, so nothing is added to that.
  func variants(adding member: Member) -> [JSONValue] {
    let metadata = self["metadata"]
    var found = variants { value in
      guard case .object(let members) = value, value != metadata else { return [] }
      return [.object(members + [member])]
    }
    if case .object(let members) = self { found.append(.object(members + [member])) }
    return found
  }

  /// Its text as it is sent.
  var sent: String { String(decoding: bytes, as: UTF8.self) }
}
