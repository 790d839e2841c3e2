import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Fulfilment")
struct FulfilmentContractTests {
  @Test("takes an order by the client's own id, and shows it alone and in the list")
  func transcript() async throws {
    try await ordering { client in
      let placed = try await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)
      #expect(placed.status == 201)
      #expect(placed.body == #"{"id":"o-1","status":"CREATED"}"#)
      #expect(placed.fields["Location"] == "/fulfilment/order/o-1")
      #expect(placed.type == "application/json")

      let found = try await client.get("/fulfilment/order/o-1")
      #expect(found.status == 200)
      #expect(found.body == #"{"id":"o-1","status":"CREATED"}"#)
      #expect(try await client.get("/fulfilment/order").body == "[\(placed.body)]")

      let missing = try await client.get("/fulfilment/order/o-2")
      #expect(missing.status == 404)
      #expect(missing.body == #"{"message":"There is no such order."}"#)
    }
  }

  @Test("is the same at the root of a port of its own")
  func ownPort() async throws {
    try await ordering { client in
      let own = ContractClient(client.database, ownPortOf: "fulfilment")
      let placed = try await own.send("POST", "/order", #"{"id":"o-1"}"#)
      #expect(placed.status == 201 && placed.fields["Location"] == "/order/o-1")
      #expect(try await own.get("/order/o-1").body == placed.body)
      #expect(try await own.send("POST", "/order/o-1/process-callback", fields: []).status == 200)
      #expect(try await client.get("/fulfilment/order").body == "[\(placed.body)]")
    }
  }

  @Test(
    "takes any text as an id, and finds it at the Location that it answered",
    arguments: [
      "a b", "a/b", "/", ".", "..", "%2F", "a+b&c=d?e#f", #"say "hi" \ bye"#, "größe", "e\u{301}",
      "注文",
      "👩‍🚀", "\u{7f}\u{1}\n\t", " ", "'; DROP TABLE orders; --", String(repeating: "x", count: 255),
      String(repeating: "🚀", count: 255),
    ])
  func anyID(_ id: String) async throws {
    try await ordering { client in
      let body = JSONWriter.object { $0.string("id", id) }
      let placed = try await client.send(
        "POST", "/fulfilment/order", String(decoding: body, as: UTF8.self))
      #expect(placed.status == 201, "\(placed.body)")

      let address = try #require(placed.fields["Location"])
      #expect(address == "/fulfilment/order/" + PercentCoding.encode(id))
      #expect(
        !address.hasSuffix("."), "clients take steps before they ask (RFC 3986 section 5.2.4)")
      let found = try await client.get(address)
      #expect(found.status == 200)
      let answered = try #require(try found.json["id"]?.text)
      #expect(answered.unicodeScalars.elementsEqual(id.unicodeScalars))
      let called = try await client.send("POST", address + "/process-callback", fields: [])
      #expect(called.status == 200)
      #expect(client.hints.all.map(\.value) == [id])
    }
  }

  @Test("tells ids apart that only look the same")
  func lookAlikes() async throws {
    try await ordering { client in
      for id in ["e\u{301}", "\u{e9}", "E\u{301}", "a", "A", "a "] {
        let placed = try await client.send("POST", "/fulfilment/order", #"{"id":"\#(id)"}"#)
        #expect(placed.status == 201, "\(id)")
      }
    }
  }

  @Test(
    "refuses what is no id",
    arguments: [
      #"{}"#, #"{"id":""}"#, #"{"id":null}"#, #"{"id":7}"#, #"{"id":["a"]}"#, #"{"id":"a""#, "",
      "[]",
      #""a""#, #"{"id":"a","id":"b"}"#, #"{"id":"a\u0000b"}"#,
      #"{"id":"\#(String(repeating: "x", count: 256))"}"#,
    ])
  func badBodies(_ body: String) async throws {
    try await ordering { client in
      let answer = try await client.send("POST", "/fulfilment/order", body)
      #expect(answer.status == 400)
      guard case .object(let members) = try answer.json else { throw UnexpectedWait() }
      #expect(members.map(\.key) == ["message"], "\(answer.body)")
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
      #expect(try await client.number("SELECT count(*) FROM order_processes") == 0)
    }
  }

  @Test("gives an id to one of twenty that ask for it at once")
  func twentyAtOnce() async throws {
    try await ordering { client in
      let answers = await together(20, on: client.database.loop) { _ in
        try? await client.send("POST", "/fulfilment/order", #"{"id":"o-1"}"#)
      }.compactMap(\.self)
      #expect(answers.filter { $0.status == 201 }.count == 1)
      let refused = answers.filter { $0.status == 409 }
      #expect(refused.count == 19)
      #expect(
        refused.allSatisfy { $0.body == #"{"message":"There is an order of this id already."}"# })
      let queued = try await client.number("SELECT count(*) FROM order_processes")
      #expect(queued == 1)
    }
  }

  @Test("lists by status, newest first, and an empty status is none")
  func statuses() async throws {
    try await ordering { client in
      for id in ["a", "b", "c", "d"] {
        _ = try await client.send("POST", "/fulfilment/order", #"{"id":"\#(id)"}"#)
      }
      let moves = [("b", "in_progress"), ("c", "completed"), ("d", "failed")]
      for (id, status) in moves {
        try await client.run("UPDATE orders SET status = \(status) WHERE reference = \(id)")
      }
      let words = [("CREATED", "a"), ("PROCESSING", "b"), ("FULFILLED", "c"), ("FAILED", "d")]
      for (word, id) in words {
        let list = try await client.get("/fulfilment/order?status=\(word)")
        #expect(list.body == #"[{"id":"\#(id)","status":"\#(word)"}]"#)
      }
      let all = words.reversed().map { #"{"id":"\#($1)","status":"\#($0)"}"# }
      for query in ["", "?status="] {
        let list = try await client.get("/fulfilment/order" + query)
        #expect(list.body == "[\(all.joined(separator: ","))]")
      }
      for query in ["status=created", "status=CANCELLED", "status=CREATED,FAILED", "x=1"] {
        let refused = try await client.get("/fulfilment/order?\(query)")
        #expect(refused.status == 400 && refused.body.hasPrefix(#"{"message":""#), "\(query)")
      }
    }
  }

  @Test("lists what is true now, also when the same list was asked for before")
  func again() async throws {
    try await ordering { client in
      for number in 1...4 {
        _ = try await client.send("POST", "/fulfilment/order", #"{"id":"n\#(number)"}"#)
        for _ in 0..<2 {
          let list = try await client.get("/fulfilment/order?status=CREATED")
          let ids = (1...number).reversed().map { #"{"id":"n\#($0)","status":"CREATED"}"# }
          #expect(list.body == "[\(ids.joined(separator: ","))]")
        }
      }
      try await client.run("UPDATE orders SET status = 'completed' WHERE reference <> 'n3'")
      for _ in 0..<2 {
        let list = try await client.get("/fulfilment/order?status=CREATED")
        #expect(list.body == #"[{"id":"n3","status":"CREATED"}]"#)
      }
    }
  }

  @Test("ends a list after a megabyte, and says where it goes on")
  func longLists() async throws {
    try await ordering { client in
      try await client.run(
        """
        SELECT count(*)
          FROM (SELECT array_agg(md5('c' || n)::uuid) AS ids,
                       array_agg('fulfilment'::text) AS channels, array_agg(NULL::text) AS nobody,
                       array_agg(rpad('n' || n || '-', 255, 'ü')) AS references,
                       array_agg('refuse'::text) AS shortages, array_agg('test'::text) AS whos
                  FROM generate_series(1, 3000) AS n) AS o,
               place_orders(ids, channels, nobody, o.references, shortages, whos,
                            '{}', '{}', '{}', '{}', '{}')
        """)
      var next: String? = "/fulfilment/order?status=CREATED"
      var ids: Set<String> = []
      var answers = 0
      while let address = next {
        let list = try await client.get(address)
        #expect(list.status == 200 && list.body.utf8.count < 1_200_000)
        // More than our own reader takes of anybody.
        ids.formUnion(list.body.matches(of: /"id":"n(\d+)-/).map { String($0.1) })
        next = list.fields["Link"]?.firstMatch(of: /<(.*)>; rel="next"/).map { String($0.1) }
        answers += 1
      }
      #expect(ids.count == 3_000)
      #expect(answers == 2)
    }
  }
}
