import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Changing an order")
struct ChangingTests {
  static let twoMice = #"{"customer_id":"c","items":[{"product_id":"mouse","quantity":2}]}"#

  @Test("walks it through its life, one version a step, and says so in its history")
  func life() async throws {
    let (statuses, versions, history) = try await ordering { client in
      _ = try await client.place(Self.twoMice)
      var statuses: [String] = []
      var versions: [String?] = []
      for body in [#"{"status":"in progress"}"#, #"{"status":"COMPLETED"}"#] {
        let answer = try await client.send("PATCH", "/orders/1/status", body)
        statuses.append(try answer.json["status"]?.text ?? answer.body)
        versions.append(answer.fields["ETag"])
      }
      return (statuses, versions, try await client.get("/orders/1/events").json)
    }

    #expect(statuses == ["in_progress", "completed"] && versions == ["\"2\"", "\"3\""])
    let steps = try #require(history["items"]?.items).map { step in
      ["version", "what", "from", "to", "who"].map { step[$0]?.written ?? "?" }
    }
    #expect(
      steps == [
        ["1", #""placed""#, "null", #""new""#, #""api, no token""#],
        ["2", #""moved""#, #""new""#, #""in_progress""#, #""api, no token""#],
        ["3", #""moved""#, #""in_progress""#, #""completed""#, #""api, no token""#],
      ])
  }

  @Test("refuses a wrong move, naming where it stands and where it can go")
  func wrongMoves() async throws {
    let statuses = ["new", "in_progress", "completed", "failed", "cancelled"]
    let starts: [(path: [String], allowed: [String])] = [
      ([], ["in_progress", "cancelled"]), (["in_progress"], ["completed", "cancelled"]),
      (["in_progress", "completed"], []), (["cancelled"], []),
    ]
    try await ordering { client in
      for (start, target) in starts.flatMap({ start in statuses.map { (start, $0) } }) {
        let order = try await client.place(
          #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#)
        let address = "/orders/\(order["number"]?.written ?? "?")/status"
        for status in start.path {
          _ = try await client.send("PATCH", address, #"{"status":"\#(status)"}"#)
        }

        let answer = try await client.send("PATCH", address, #"{"status":"\#(target)"}"#)

        let isAllowed = start.allowed.contains(target)
        #expect(answer.status == (isAllowed ? 200 : 409), "\(start) to \(target)")
        guard !isAllowed else { continue }
        let error = try answer.json["errors"]?[0]
        #expect(error?["current"]?.text == start.path.last ?? "new")
        #expect(error?["requested"]?.text == target)
        #expect(error?["allowed"]?.items?.compactMap(\.text) == start.allowed)
      }
    }
  }

  @Test("sets quantities; stock follows, what is not named stays")
  func edit() async throws {
    let (answer, stock) = try await ordering { client in
      _ = try await client.place(
        """
        {"customer_id":"c","items":[{"product_id":"mouse","quantity":2},
         {"product_id":"keyboard","quantity":1},{"name":"Wrap","quantity":1,"price":1}]}
        """)
      let answer = try await client.send(
        "PATCH", "/orders/1",
        """
        {"items":[{"product_id":"mouse","quantity":5},{"product_id":"keyboard","quantity":0},
                  {"product_id":"dime","quantity":10}]}
        """)
      return (answer, try await client.stock())
    }

    #expect(answer.status == 200 && answer.fields["ETag"] == "\"2\"")
    #expect(
      try answer.json["items"]?.items?.map { $0["quantity"]?.written } == ["5", "1", "10"])
    #expect(try answer.json["total_amount"]?.written == "101.50")
    #expect(stock == ["dime": 990, "keyboard": 10, "mouse": 0, "webcam": 0])
  }

  typealias Edit = (items: String, status: Int, code: String)
  static let edits: [Edit] = [
    (#"{"product_id":"mouse","quantity":6}"#, 409, "out_of_stock"),
    (#"{"product_id":"webcam","quantity":1}"#, 409, "out_of_stock"),
    (#"{"product_id":"nothing","quantity":1}"#, 422, "unknown_product"),
    (#"{"product_id":"mouse","quantity":0}"#, 400, "emptied"),
    (#"{"product_id":"mouse","quantity":-1}"#, 400, "invalid_request"),
    (#"{"product_id":"mouse","quantity":1000001}"#, 400, "invalid_request"),
    (#"{"product_id":"mouse"}"#, 400, "invalid_request"),
    (#"{"quantity":1}"#, 400, "invalid_request"),
    (#"{"product_id":"mouse","quantity":1,"price":1}"#, 400, "invalid_request"),
    (
      #"{"product_id":"mouse","quantity":1},{"product_id":"mouse","quantity":2}"#, 400,
      "invalid_request"
    ),
    ("", 400, "invalid_request"),
  ]

  @Test("refuses quantities that cannot be, and changes nothing")
  func refusedEdits() async throws {
    try await ordering { client in
      _ = try await client.place(Self.twoMice)
      let before = try await client.get("/orders/1").body
      for example in Self.edits {
        let answer = try await client.send(
          "PATCH", "/orders/1", #"{"items":[\#(example.items)]}"#)

        #expect(answer.status == example.status, "\(example) \(answer.body)")
        #expect(try answer.json["code"]?.text == example.code, "\(example)")
      }
      #expect(try await client.get("/orders/1").body == before)
    }
  }

  @Test("leaves the items alone once somebody has begun with it")
  func begun() async throws {
    let answer = try await ordering { client in
      _ = try await client.place(Self.twoMice)
      _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"in_progress"}"#)
      return try await client.send(
        "PATCH", "/orders/1", #"{"items":[{"product_id":"mouse","quantity":1}]}"#)
    }

    #expect(answer.status == 409)
    #expect(try answer.json["code"]?.text == "not_editable")
  }

  @Test("takes it back once, however often it is asked to")
  func cancel() async throws {
    let (first, second, stock) = try await ordering { client in
      let order = try await client.place(Self.twoMice)
      let address = "/orders/\(order["id"]?.text ?? "?")"
      let first = try await client.send("DELETE", address, fields: [])
      let second = try await client.send("DELETE", address, fields: [])
      return (first, second, try await client.stock()["mouse"])
    }

    #expect(first.status == 200 && second.status == 200 && first.body == second.body)
    #expect(try first.json["status"]?.text == "cancelled" && stock == 5)
    #expect(try first.json["allowed_statuses"]?.written == "[]")
  }

  @Test("does not take back what is completed")
  func cancelCompleted() async throws {
    let answer = try await ordering { client in
      _ = try await client.place(Self.twoMice)
      for status in ["in_progress", "completed"] {
        _ = try await client.send("PATCH", "/orders/1/status", #"{"status":"\#(status)"}"#)
      }
      return try await client.send("DELETE", "/orders/1", fields: [])
    }

    #expect(answer.status == 409)
  }

  @Test("sets who carries it: a field that is missing stays, null clears")
  func shipping() async throws {
    let answers = try await ordering { client in
      _ = try await client.place(Self.twoMice)
      var answers: [String] = []
      for body in [
        #"{"carrier":"Post","tracking_number":"1"}"#, #"{"carrier":"Rail"}"#,
        #"{"tracking_number":null}"#, "{}", #"{"carrier":""}"#, #"{"carrier":7,"x":1}"#,
      ] {
        let answer = try await client.send("PATCH", "/orders/1/shipping", body)
        answers.append(try answer.json["shipping"]?.written ?? "\(answer.status)")
      }
      return answers
    }

    #expect(
      answers == [
        #"{"carrier":"Post","tracking_number":"1"}"#, #"{"carrier":"Rail","tracking_number":"1"}"#,
        #"{"carrier":"Rail","tracking_number":null}"#, "400", "400", "400",
      ])
  }

  @Test("leaves an order that an outside process fulfils to that process")
  func fulfilment() async throws {
    let answers = try await ordering { client in
      try await client.placeElsewhere("fulfilment", customer: nil, reference: "o-1")
      var answers: [ContractAnswer] = [
        try await client.send("PATCH", "/orders/1/status", #"{"status":"in_progress"}"#),
        try await client.send("PATCH", "/orders/1/shipping", #"{"carrier":"Post"}"#),
        try await client.send("DELETE", "/orders/1", fields: []),
      ]
      answers.append(try await client.get("/orders/1"))
      return answers
    }

    #expect(answers.map(\.status) == [409, 409, 409, 200])
    #expect(try answers[0].json["code"]?.text == "not_yours_to_move")
    #expect(try answers[3].json["customer_id"] == .null)
    #expect(try answers[3].json["allowed_statuses"]?.written == "[]")
  }

  static let calls: [(method: String, path: String, body: String)] = [
    ("PATCH", "", #"{"items":[{"product_id":"dime","quantity":1}]}"#),
    ("PATCH", "/status", #"{"status":"in_progress"}"#),
    ("PATCH", "/shipping", #"{"carrier":"Post"}"#), ("DELETE", "", ""),
  ]

  @Test("meets only the version it is meant for")
  func versions() async throws {
    let body = """
      {"customer_id":"c","items":[{"product_id":"dime","quantity":2},
                                  {"name":"Wrap","quantity":1,"price":1}]}
      """
    let tags = [
      ("\"2\"", 412), ("W/\"1\"", 412), ("1", 412), ("\"1\"", 200), ("*", 200),
      ("\"7\", \"1\"", 200), ("\"7\", \"8\"", 412),
    ]
    try await ordering { client in
      for (call, tag) in Self.calls.flatMap({ call in tags.map { (call, $0) } }) {
        let order = try await client.place(body)
        let answer = try await client.send(
          call.method, "/orders/\(order["id"]?.text ?? "?")\(call.path)", call.body,
          fields: ["Content-Type: application/json", "If-Match: \(tag.0)"])
        #expect(answer.status == tag.1, "\(call) \(tag.0)")
      }
    }
  }

  @Test("of none is 404, whatever the address holds")
  func unknown() async throws {
    let ids = [
      "1", "0", "-1", "x", "01a1fd4d-e477-7c08-bdb7-e30be346f62d", "%00", "99999999999999999999",
    ]
    try await ordering { client in
      for id in ids {
        #expect(try await client.get("/orders/\(id)").status == 404)
        #expect(try await client.get("/orders/\(id)/events").status == 404)
        for call in Self.calls {
          let answer = try await client.send(call.method, "/orders/\(id)\(call.path)", call.body)
          #expect(answer.status == 404, "\(call) \(id)")
        }
      }
    }
  }
}

extension ContractClient {
  /// What is left of every product.
  func stock() async throws -> [String: Int] {
    var stock: [String: Int] = [:]
    for row in try await database.read("SELECT id, stock FROM products") {
      stock[try row.text(0)] = try row.int(1)
    }
    return stock
  }

  /// Places an order of another channel, as its contract would.
  func placeElsewhere(
    _ channel: String, customer: String?, reference: String?
  ) async throws {
    let places: [Int32] = customer == nil ? [] : [1]
    let products = places.map { _ in "mouse" }
    let nothing = places.map { _ in nil as String? }
    _ = try await database.write(
      """
      SELECT place_orders(ARRAY[gen_random_uuid()], ARRAY[\(channel)], ARRAY[\(customer)],
        ARRAY[\(reference)], '{refuse}', '{test}', \(places), \(products), \(nothing), \(places),
        \(nothing)::numeric[])
      """)
  }
}
