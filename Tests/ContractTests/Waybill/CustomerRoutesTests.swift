import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API's customers")
struct CustomerRoutesTests {
  @Test("are introduced, read and changed with exactly these bytes")
  func transcript() async throws {
    try await asking { client in
      let made = try await client.send(
        "POST", "/customers", #"{"id":"c-1","name":"Demo","email":"demo@example.org"}"#)
      #expect(made.status == 201 && made.fields["Location"] == "/customers/c-1")
      #expect(made.fields["ETag"] == #""1""#)
      #expect(
        made.timeless == """
          {"id":"c-1","number":1,"name":"Demo","email":"demo@example.org","version":1,\
          "created_at":"T","updated_at":"T"}
          """)

      let read = try await client.get("/customers/c-1")
      #expect(read.status == 200 && read.body == made.body && read.fields["ETag"] == #""1""#)
      let known = try await client.send(
        "GET", "/customers/c-1", fields: [#"If-None-Match: "9", W/"1""#])
      #expect(known.status == 304 && known.body.isEmpty && known.fields["ETag"] == #""1""#)

      let changed = try await client.send("PATCH", "/customers/c-1", #"{"email":null}"#)
      #expect(changed.status == 200 && changed.fields["ETag"] == #""2""#)
      #expect(changed.timeless.contains(#""name":"Demo","email":null,"version":2"#))
    }
  }

  @Test("may be called anything of 1 to 255 characters, and are found under it")
  func names() async throws {
    let ids = [
      "a", "a/b", "../x", "a b", "%", "%2F", "ünï", "😀", "'; DROP TABLE customers; --", "a\"b",
      "a\\b", "\u{1}", "null", "0", "-", "a?b#c", "e\u{301}", "\u{202E}x", "<script>", "${x}",
      String(repeating: "x", count: 255), String(repeating: "😀", count: 255),
    ]
    try await asking { client in
      for id in ids {
        let body = JSONWriter.object {
          $0.string("id", id)
          $0.string("name", id.unicodeScalars.count > 200 ? "long" : id)
        }
        let made = try await client.send(
          "POST", "/customers", String(decoding: body, as: UTF8.self))
        try #require(made.status == 201, "\(id): \(made.body)")
        let read = try await client.get(try #require(made.fields["Location"]))
        #expect(read.status == 200 && read.body == made.body)
        #expect(try Array(#require(read.json["id"]?.text).utf8) == Array(id.utf8))
        let report = try await client.get(made.fields["Location"]! + "/orders")
        #expect(report.status == 200)
      }
    }
  }

  @Test("are listed by their ids, up to 100 at once")
  func named() async throws {
    try await asking { client in
      for id in ["c-1", "c-2", "c 3", "ünï", "a&b=c", "c-6"] {
        _ = try await client.send("POST", "/customers", #"{"id":"\#(id)","name":"Demo"}"#)
      }
      func found(_ query: String) async throws -> [String?] {
        try await client.entries(from: "/customers?ids=\(query)").map { $0["id"]?.text }
      }
      #expect(try await found("c-2") == ["c-2"])
      // In the order of the list, each once; who does not exist is left out.
      #expect(try await found("c-6,nobody,c-1,c-6") == ["c-1", "c-6"])
      #expect(try await found("%C3%BCn%C3%AF,c%203,a%26b%3Dc") == ["c 3", "ünï", "a&b=c"])
      #expect(try await found("c-6,c-2,c-1&limit=1") == ["c-1", "c-2", "c-6"])
      let many = (1...99).map { "no-\($0)" }.joined(separator: ",")
      #expect(try await found("c-2,\(many)") == ["c-2"])

      let rule = "must be 1 to 100 customer ids, parted by commas"
      let long = String(repeating: "x", count: 256)
      for ids in [",", "c-1,", ",c-1", "c-1,,c-2", long, "c-1,\(long)", "c-1,c-2,\(many)"] {
        let refused = try await client.get("/customers?ids=\(ids)")
        #expect(refused.status == 400, "\(ids)")
        #expect(refused.body.contains(#"{"field":"ids","message":"\#(rule)"}"#), "\(refused.body)")
      }
      for (query, field) in [("q=demo", "ids"), ("email=a@b.c", "ids"), ("total=exact", "total")] {
        let refused = try await client.get("/customers?ids=c-1&\(query)")
        #expect(refused.status == 400, "\(query)")
        #expect(refused.body.contains(#""field":"\#(field)""#), "\(refused.body)")
      }
    }
  }

  @Test("get an id when they bring none, and keep the one they bring to themselves")
  func identity() async throws {
    try await asking { client in
      let one = try await client.send("POST", "/customers", #"{"name":"A"}"#)
      let two = try await client.send("POST", "/customers", #"{"id":null,"name":"B","email":null}"#)
      #expect(one.status == 201 && two.status == 201)
      let (first, second) = (try one.json["id"]?.text, try two.json["id"]?.text)
      #expect(first != second && first?.isEmpty == false)

      let again = try await client.send("POST", "/customers", #"{"id":"\#(first!)","name":"C"}"#)
      #expect(again.status == 409 && again.body.contains(#""code":"id_taken""#))
      let kept = try await client.get("/customers/\(first!)")
      #expect(kept.body == one.body)
      let next = try await client.send("POST", "/customers", #"{"name":"D"}"#)
      #expect(try next.json["number"]?.written == "3", "a refusal takes no number")
    }
  }

  typealias Refused = (body: String, errors: [String])
  static let refused: [Refused] = [
    ("{}", ["name:is required"]),
    (
      #"{"id":"","name":"","email":"x","extra":1}"#,
      [
        "id:must have 1 to 255 characters",
        "name:must have 1 to 200 characters, one of them visible",
        "email:must be an e-mail address", "extra:is not a known field",
      ]
    ),
    (
      #"{"id":7,"name":true,"email":[]}"#,
      ["id:must be a string", "name:must be a string", "email:must be a string"]
    ),
    (#"{"name":"  "}"#, ["name:must have 1 to 200 characters, one of them visible"]),
    (#"{"name":null}"#, ["name:must be a string"]),
    (#"{"name":"a","number":1}"#, ["number:is not a known field"]),
    (#"{"name":"a","version":1}"#, ["version:is not a known field"]),
    ("[]", [":must be an object"]),
    (
      #"{"name":"\#(String(repeating: "x", count: 201))"}"#,
      ["name:must have 1 to 200 characters, one of them visible"]
    ),
    (
      #"{"id":"\#(String(repeating: "x", count: 256))","name":"a"}"#,
      ["id:must have 1 to 255 characters"]
    ),
  ]

  @Test(
    "that are not right are refused with all that is wrong, and nothing is stored",
    arguments: refused)
  func validation(_ example: Refused) async throws {
    try await asking { client in
      let answer = try await client.send("POST", "/customers", example.body)

      #expect(answer.status == 400)
      #expect(try answer.violations == example.errors)
      let list = try await client.get("/customers")
      #expect(list.body == #"{"items":[],"next":null}"#)
    }
  }

  typealias Content = (fields: [String], body: String, status: Int)
  static let contents: [Content] = [
    (["Content-Type: application/json; charset=utf-8"], #"{"name":"a"}"#, 201),
    (["Content-Type: APPLICATION/JSON"], #"{"name":"a"}"#, 201),
    (["Content-Type: application/x-www-form-urlencoded"], "name=a", 415),
    (["Content-Type: text/plain"], #"{"name":"a"}"#, 415), ([], #"{"name":"a"}"#, 415),
    (["Content-Type: application/jsonx"], #"{"name":"a"}"#, 415),
    (["Content-Type: application/json"], "", 400),
    (["Content-Type: application/json"], #"{"name":"a",}"#, 400),
    (["Content-Type: application/json"], #"{"name":"a","name":"b"}"#, 400),
    (["Content-Type: application/json"], #"{"name":"a\u0000"}"#, 400),
    (["Content-Type: application/json"], #"{"name":"\ud800"}"#, 400),
  ]

  @Test("are told in JSON and nothing else", arguments: contents)
  func contentType(_ example: Content) async throws {
    let answer = try await asking {
      try await $0.send("POST", "/customers", example.body, fields: example.fields)
    }

    #expect(answer.status == example.status, "\(answer.body)")
  }

  typealias Patch = (body: String, name: String, email: String, version: String)
  static let patches: [Patch] = [
    ("{}", "Old", #""old@example.org""#, "1"),
    (#"{"name":"New"}"#, "New", #""old@example.org""#, "2"),
    (#"{"email":"new@example.org"}"#, "Old", #""new@example.org""#, "2"),
    (#"{"email":null}"#, "Old", "null", "2"),
    (#"{"name":"New","email":null}"#, "New", "null", "2"),
    (#"{"name":"Old"}"#, "Old", #""old@example.org""#, "1"),
  ]

  @Test(
    "change as a patch says: absent keeps, null clears, and the version counts changes",
    arguments: patches)
  func patch(_ example: Patch) async throws {
    let rows = "INSERT INTO customers (id, name, email) VALUES ('c', 'Old', 'old@example.org')"
    let answer = try await asking(rows) { client in
      try await client.send("PATCH", "/customers/c", example.body)
    }

    #expect(answer.status == 200)
    let json = try answer.json
    #expect(json["name"]?.text == example.name && json["email"]?.written == example.email)
    #expect(json["version"]?.written == example.version)
    #expect(answer.fields["ETag"] == "\"\(example.version)\"")
  }

  typealias Match = (tag: String, status: Int)
  static let matches: [Match] = [
    (#""1""#, 200), ("*", 200), (#""2""#, 412), (#"W/"1""#, 412), (#""x""#, 412),
    (#""7", "1""#, 200), (#""7", "8""#, 412), ("1", 412), (#""99999999999999999999""#, 412),
  ]

  @Test("change only as the version that was meant", arguments: matches)
  func ifMatch(_ example: Match) async throws {
    let rows = "INSERT INTO customers (id, name) VALUES ('c', 'Old')"
    try await asking(rows) { client in
      let fields = ["Content-Type: application/json", "If-Match: \(example.tag)"]
      let answer = try await client.send(
        "PATCH", "/customers/c", #"{"name":"New"}"#, fields: fields)
      #expect(answer.status == example.status, "\(answer.body)")
      let name = try await client.get("/customers/c").json["name"]?.text
      #expect(name == (example.status == 200 ? "New" : "Old"))
      let missing = try await client.send("PATCH", "/customers/none", "{}", fields: fields)
      #expect(missing.status == 404)
    }
  }

  @Test("that nobody knows are 404", arguments: ["none", "%00", "%ff", "%E0%80%80"])
  func missing(_ id: String) async throws {
    try await asking { client in
      let (read, changed) = (
        try await client.get("/customers/\(id)"),
        try await client.send("PATCH", "/customers/\(id)", #"{"name":"a"}"#)
      )
      #expect(read.status == 404 && changed.status == 404)
    }
  }

  @Test("come in pages that are the whole list, once each")
  func pages() async throws {
    let rows =
      "INSERT INTO customers (id, name) SELECT 'c-' || n, 'N' FROM generate_series(1, 23) AS n"
    let ids = try await asking(rows) { client in
      try await client.entries(from: "/customers?limit=7").compactMap { $0["id"]?.text }
    }

    #expect(ids == (1...23).map { "c-\($0)" })
  }
}
