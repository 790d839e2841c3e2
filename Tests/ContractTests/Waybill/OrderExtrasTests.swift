import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("What an order has beside its lines")
struct OrderExtrasTests {
  static let address = """
    {"name":"Demo Customer 1","company":null,"lines":["Demo Street 1","2nd floor"],\
    "postal_code":"12345","city":"Demo Town","region":null,"country":"DE","phone":null}
    """
  static let given = """
    {"customer_id":"c","items":[{"product_id":"mouse","quantity":1}],"ship_to":\(address),\
    "note":"Ring \\"twice\\"","tags":["gift","red"],"metadata":{"campaign":"spring","b":""}}
    """

  @Test("is shown as it was given, and where nothing was given, nothing is shown")
  func placed() async throws {
    try await ordering { client in
      let order = try await client.place(Self.given)
      #expect(order["ship_to"]?.written == Self.address)
      #expect(order["note"]?.text == #"Ring "twice""#)
      #expect(order["tags"]?.written == #"["gift","red"]"#)
      #expect(order["metadata"]?.written == #"{"campaign":"spring","b":""}"#)
      #expect(try await client.get("/orders/1").json == order)
      #expect(try await client.get("/orders").json["items"]?[0] == order)
      let csv = try await client.get("/exports/orders?format=csv")
      #expect(csv.body.contains(#","[""gift"",""red""]","{""#))

      let bare = try await client.place(
        """
        {"customer_id":"c","items":[{"product_id":"mouse","quantity":1}],"ship_to":null,
         "note":null,"tags":[],"metadata":{}}
        """)
      for name in ["ship_to", "note", "tags", "metadata"] { #expect(bare[name] == nil) }
    }
  }

  @Test("changes with the lines or without them, and null clears it")
  func changed() async throws {
    try await ordering { client in
      let placed = try await client.place(Self.given)
      let changed = try await client.send(
        "PATCH", "/orders/1", #"{"note":null,"tags":["red","blue"],"metadata":{"k":"v"}}"#)
      #expect(changed.status == 200 && changed.fields["ETag"] == #""2""#)
      #expect(try changed.json["note"] == nil && changed.json["ship_to"] == placed["ship_to"])
      #expect(try changed.json["tags"]?.written == #"["red","blue"]"#)
      #expect(try changed.json["metadata"]?.written == #"{"k":"v"}"#)

      let both = try await client.send(
        "PATCH", "/orders/1",
        #"{"items":[{"product_id":"mouse","quantity":2}],"note":"n","ship_to":null,"tags":[]}"#)
      #expect(both.fields["ETag"] == #""3""#)
      #expect(try both.json["total_quantity"]?.written == "2" && both.json["note"]?.text == "n")
      #expect(try both.json["ship_to"] == nil && both.json["tags"] == nil)
      let history = try await client.entries(from: "/orders/1/events")
      #expect(history.compactMap { $0["what"]?.text } == ["placed", "edited", "edited"])

      let details = try await client.owner.read(
        """
        SELECT (detail #>> '{items,0,quantity}') || ' ' || (detail #>> '{tags,0}')
          FROM order_history WHERE order_number = 1 AND version = 3
        """)
      #expect(try details[0].text(0) == "1 red", "what both were before")

      let same = try await client.send("PATCH", "/orders/1", #"{"note":"n"}"#)
      #expect(same.status == 200 && same.fields["ETag"] == #""3""#, "nothing has changed")
    }
  }

  @Test("may change in every status, but an address only until the order is done")
  func settled() async throws {
    try await ordering { client in
      _ = try await client.place(Self.given)
      _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"in_progress"}"#)
      let begun = try await client.send(
        "PATCH", "/orders/1", Self.address.replacing("Demo Town", with: "Elsewhere").wrapped)
      #expect(begun.status == 200)
      _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"completed"}"#)

      let note = try await client.send("PATCH", "/orders/1", #"{"note":"paid"}"#)
      let late = try await client.send("PATCH", "/orders/1", Self.address.wrapped)
      let mixed = try await client.send(
        "PATCH", "/orders/1", #"{"note":"x","items":[{"product_id":"mouse","quantity":2}]}"#)
      #expect(note.status == 200)
      #expect(try late.status == 409 && late.json["code"]?.text == "not_editable")
      #expect(mixed.status == 409, "one call is done as a whole or not at all")
      #expect(try await client.get("/orders/1").json["note"]?.text == "paid")
    }
  }

  @Test("is the customer's address where the order names none, as it was at that moment")
  func ofCustomer() async throws {
    try await ordering { client in
      let made = try await client.send(
        "POST", "/customers", #"{"id":"c","name":"Demo","ship_to":\#(Self.address)}"#)
      #expect(try made.json["ship_to"]?.written == Self.address)
      let line = #""items":[{"product_id":"mouse","quantity":1}]"#
      let first = try await client.place(#"{"customer_id":"c",\#(line)}"#)
      #expect(first["ship_to"]?.written == Self.address)

      let moved = Self.address.replacing("Demo Town", with: "Elsewhere")
      let own = try await client.place(#"{"customer_id":"c",\#(line),"ship_to":\#(moved)}"#)
      #expect(own["ship_to"]?.written == moved)

      let cleared = try await client.send("PATCH", "/customers/c", #"{"ship_to":null}"#)
      #expect(try cleared.fields["ETag"] == #""2""# && cleared.json["ship_to"] == nil)
      let bare = try await client.place(#"{"customer_id":"c",\#(line)}"#)
      #expect(bare["ship_to"] == nil)
      #expect(try await client.get("/orders/1").json == first, "orders keep their copy")
    }
  }

  static let refusals: [(String, String)] = [
    (#""ship_to":{}"#, "ship_to.name:is required"),
    (
      #""ship_to":{"name":"n","lines":["l"],"city":"c","country":"XX"}"#,
      "ship_to.country:must be a country's two letters of ISO 3166-1, as DE"
    ),
    (
      #""ship_to":{"name":"n","lines":[],"city":"c","country":"DE"}"#,
      "ship_to.lines:must have 1 to 4 items"
    ),
    (
      #""ship_to":{"name":"n","lines":["l"],"city":"c","country":"DE","zip":"1"}"#,
      "ship_to.zip:is not a known field"
    ),
    (#""note":"""#, "note:must have 1 to 2000 characters"),
    (#""tags":["a","a"]"#, "tags[1]:must be there once"),
    (#""tags":[""]"#, "tags[0]:must have 1 to 50 characters"),
    (
      #""tags":[\#((1...21).map { "\"\($0)\"" }.joined(separator: ","))]"#,
      "tags:must have at most 20 items"
    ),
    (#""metadata":{"k":1}"#, "metadata.k:must be a string"),
    (#""metadata":{"":"v"}"#, "metadata.:must have 1 to 40 characters in its name"),
    (
      #""metadata":{\#((1...21).map { "\"\($0)\":\"\"" }.joined(separator: ","))}"#,
      "metadata:must have at most 20 members"
    ),
  ]

  @Test("is refused with the rule that it breaks", arguments: refusals)
  func refused(member: String, violation: String) async throws {
    try await ordering { client in
      let answer = try await client.send(
        "POST", "/orders", #"{"customer_id":"c","items":[{"quantity":1,"price":1}],\#(member)}"#)
      #expect(answer.status == 400)
      #expect(try answer.violations.contains(violation), "\(answer.body)")
    }
  }

  @Test("may be as long as its limits say")
  func largest() async throws {
    func text(_ count: Int) -> String { "\"" + String(repeating: "ü", count: count) + "\"" }
    let tags = (10..<30).map { "\"\($0)" + String(repeating: "x", count: 48) + "\"" }
    let texts = (10..<30).map { "\"\($0)" + String(repeating: "k", count: 38) + "\":" + text(200) }
    let address = """
      {"name":\(text(200)),"company":\(text(200)),"lines":[\(text(200)),\(text(200)),\(text(200)),\
      \(text(200))],"postal_code":\(text(20)),"city":\(text(200)),"region":\(text(200)),\
      "country":"ZW","phone":\(text(40))}
      """
    let body = """
      {"customer_id":"c","items":[{"quantity":1,"price":1}],"ship_to":\(address),\
      "note":\(text(2_000)),"tags":[\(tags.joined(separator: ","))],\
      "metadata":{\(texts.joined(separator: ","))}}
      """
    try await ordering { client in
      let order = try await client.place(body)
      #expect(order["ship_to"]?.written == address)
      #expect(order["metadata"]?.written == "{\(texts.joined(separator: ","))}")
      #expect(try await client.get("/orders/1").json == order)
    }
  }

  @Test("finds the orders of a tag, alone and with every other filter")
  func tagged() async throws {
    try await ordering { client in
      for number in 1...6 {
        _ = try await client.place(
          """
          {"customer_id":"c-\(number % 2)","tags":["all","t\(number % 3)"],
           "items":[{"product_id":"\(number > 3 ? "dime" : "keyboard")","quantity":1}]}
          """)
      }
      _ = try await client.send("PATCH", "/orders/6", #"{"tags":["late"]}"#)
      for (query, numbers) in [
        ("tag=all", "5 4 3 2 1"), ("tag=t0", "3"), ("tag=late", "6"), ("tag=none", ""),
        ("tag=all&customer_id=c-1", "5 3 1"), ("tag=all&product_id=dime", "5 4"),
        ("tag=all&product_id=dime&customer_id=c-1", "5"), ("tag=t1&sort=created_at", "1 4"),
        ("tag=all&status=cancelled", ""), ("tag=all&limit=2", "5 4 3 2 1"),
      ] {
        let found = try await client.entries(from: "/orders?" + query)
        let names = found.compactMap { $0["number"]?.written }.joined(separator: " ")
        #expect(names == numbers, "\(query)")
      }
      let long = try await client.get("/orders?tag=" + String(repeating: "x", count: 51))
      #expect(try long.violations == ["tag:must have 1 to 50 characters"])
    }
  }

  @Test("is checked by the database, too, and a tag changed in psql is found")
  func inPsql() async throws {
    try await ordering { client in
      _ = try await client.place(Self.given)
      try await client.run(#"UPDATE orders SET tags = '["psql"]', note = NULL"#)
      #expect(try await client.get("/orders?tag=psql").json["items"]?.items?.count == 1)
      for statement in [
        #"UPDATE orders SET tags = '["a","a"]'"#, "UPDATE orders SET tags = '[]'",
        #"UPDATE orders SET metadata = '{"k":1}'"#, "UPDATE orders SET ship_to = '{}'",
        "UPDATE orders SET note = ''", "DELETE FROM order_tagged",
        "UPDATE customers SET ship_to = '[]'",
      ] {
        await #expect(throws: (any Error).self, "\(statement)") {
          try await client.run(unsafe: statement)
        }
      }
    }
  }
}

extension String {
  /// A change that sets this address.
  fileprivate var wrapped: String { #"{"ship_to":\#(self)}"# }
}
