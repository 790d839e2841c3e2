import HTTP
import JSON
import OrderStore
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A dry run")
struct DryRunTests {
  private static let order =
    #"{"customer_id":"c","items":[{"product_id":"keyboard","quantity":4}],"tags":["t"]}"#
  private static let short = #"{"customer_id":"c","items":[{"product_id":"webcam","quantity":1}]}"#

  @Test("of every change answers what the change then answers, and leaves nothing behind")
  func everyRoute() async throws {
    try await ordering { client in
      let answers = try await client.sendEveryChange(of: [.own]) { request in
        let before = try await client.wholeDatabase()
        _ = client.feedSignal.takeEventsWritten()
        let dry = try await client.send(request, ["Prefer: dry-run"])
        let keyed = try await client.send(request, ["Prefer: dry-run", "Idempotency-Key: k"])
        let after = try await client.wholeDatabase()
        let changed = after.filter { before[$0.key] != $0.value }.keys.sorted()
        #expect(changed == [], "\(request) has left traces")
        #expect(!client.feedSignal.takeEventsWritten(), "\(request)")

        let real = try await client.send(request)
        #expect(real.fields["Preference-Applied"] == nil, "\(request)")
        guard dry.status != 400 else {
          // A route that has no dry run says so.
          #expect(try dry.json["code"]?.text == "no_dry_run", "\(request)")
          return real
        }
        #expect(dry.fields["Preference-Applied"] == "dry-run", "\(request)")
        #expect(dry.done(request) == real.done(request), "\(request)")
        #expect(keyed.done(request) == real.done(request), "\(request)")
        return real
      }
      #expect(answers.allSatisfy { (200..<300).contains($0.status) })
    }
  }

  @Test("is refused as the request itself would be", arguments: ["", "Idempotency-Key: k"])
  func refused(_ key: String) async throws {
    try await ordering { client in
      let before = try await client.wholeDatabase()
      for (body, status) in [(Self.short, 409), ("{", 400), (#"{"customer_id":"c"}"#, 400)] {
        let answer = try await client.send(
          "POST", "/orders", body,
          fields: ["Content-Type: application/json", "Prefer: dry-run"] + [key].filter { $0 != "" })
        #expect(answer.status == status && answer.fields["Preference-Applied"] == "dry-run")
      }
      let bad = try await client.dry("POST", "/orders", Self.order, ["Idempotency-Key: \u{e9}"])
      #expect(try bad.status == 400 && bad.json["code"]?.text == "bad_idempotency_key")
      #expect(try await client.wholeDatabase() == before)
    }
  }

  @Test("is not offered where the answer shows a secret, or a cookie is the effect")
  func secrets() async throws {
    try await ordering { client in
      let before = try await client.wholeDatabase()
      for (method, path) in [
        ("POST", "/tokens"), ("POST", "/tokens/1/rotate"), ("POST", "/console/session"),
        ("DELETE", "/console/session"),
      ] {
        let answer = try await client.dry(method, path, #"{"role":"warehouse","name":"tablet"}"#)
        #expect(try answer.status == 400 && answer.json["code"]?.text == "no_dry_run", "\(path)")
      }
      #expect(try await client.wholeDatabase() == before)
    }
  }

  @Test("neither claims a key nor gets the answer that is stored under one")
  func keys() async throws {
    try await ordering { client in
      let key = ["Idempotency-Key: k"]
      let first = try await client.dry("POST", "/orders", Self.order, key)
      let real = try await client.send("POST", "/orders", Self.order, key: "k")
      let again = try await client.dry("POST", "/orders", Self.order, key)
      #expect(real.status == 201 && !real.isReplayed)
      #expect(try [first, real, again].map { try $0.json["number"]?.written } == ["1", "1", "2"])
      #expect(try await client.number("SELECT stock FROM products WHERE id = 'keyboard'") == 6)
      let replayed = try await client.send("POST", "/orders", Self.order, key: "k")
      #expect(replayed.isReplayed && replayed.body == real.body)
    }
  }

  @Test("sees the writes of its own request, and uses up no number of an order")
  func numbers() async throws {
    try await ordering { client in
      func batch(_ orders: String...) -> String {
        #"{"mode":"each","orders":[\#(orders.joined(separator: ","))]}"#
      }
      let twice = Self.order.dropLast() + #","reference":"r"}"#
      let dry = try await client.dry(
        "POST", "/orders/batch", batch(Self.order, String(twice), String(twice), Self.order))
      let results = try #require(try dry.json["results"]?.items)
      #expect(results.map { $0["status"]?.written } == ["201", "201", "409", "409"])
      #expect(results.map { $0["order"]?["number"]?.written } == ["1", "2", nil, nil])
      let message = results[2].at("error", "message")?.text
      #expect(message == "The reference is that of order 2 already.")
      #expect(try await client.place(Self.order)["number"]?.written == "1")
    }
  }

  @Test("holds nobody up when many are asked for at once, and none is mixed with what is done")
  func together() async throws {
    try await ordering { client in
      let answers = await TestSupport.together(60, on: client.database.loop) { index in
        let prefer = index % 2 == 0 ? ["Prefer: dry-run"] : []
        let items = #"[{"product_id":"dime","quantity":1}]"#
        let body = #"{"customer_id":"c-\#(index % 7)","items":\#(items)}"#
        return try? await client.send(
          "POST", "/orders", body, fields: ["Content-Type: application/json"] + prefer)
      }
      #expect(answers.allSatisfy { $0?.status == 201 })
      let count = try await client.number("SELECT count(*) FROM orders")
      let last = try await client.number("SELECT max(number) FROM orders")
      let stock = try await client.number("SELECT stock FROM products WHERE id = 'dime'")
      #expect(count == 30 && last == 30 && stock == 970)
    }
  }

  typealias Wish = (lines: [String], status: Int, isDry: Bool)
  static let wishes: [Wish] = [
    (["dry-run"], 201, true), (["DRY-Run"], 201, true), (["dry-run=\"\""], 201, true),
    (["dry-run; why=\"a, b\""], 201, true), (["respond-async, dry-run"], 201, true),
    (["return=minimal", "dry-run"], 201, true), ([", ,dry-run,"], 201, true),
    (["respond-async"], 201, false), (["dryrun"], 201, false), ([""], 201, false),
    (["return=\"dry-run\""], 201, false), (["wait=10; dry-run"], 201, false),
    (["x=\"a, dry-run, b\""], 201, false),
    (["dry-run=yes"], 400, false), (["dry-run=no"], 400, false),
    (["dry-run respond-async"], 400, false), (["dry-run=\"a"], 400, false),
    (["=dry-run"], 400, false),
  ]

  @Test("is what Prefer asks for by RFC 7240, and nothing else is", arguments: wishes)
  func wish(_ wish: Wish) async throws {
    try await ordering { client in
      let answer = try await client.send(
        "POST", "/orders", Self.order,
        fields: ["Content-Type: application/json"] + wish.lines.map { "Prefer: \($0)" })
      #expect(answer.status == wish.status, "\(answer.body)")
      #expect((answer.fields["Preference-Applied"] == "dry-run") == wish.isDry)
      let isStored = wish.status == 201 && !wish.isDry
      #expect(try await client.number("SELECT count(*) FROM orders") == (isStored ? 1 : 0))
    }
  }

  @Test("is not offered by other contracts, which pass the wish over, nor needed for reading")
  func others() async throws {
    try await ordering { client in
      _ = try await client.send(
        "POST", "/store/customers", #"{"email":"a@example.org","name":"Demo Customer 1"}"#)
      let placed = try await client.dry("POST", "/store/customers/1/orders", #"{"sku":"dime"}"#)
      #expect(placed.status == 201 && placed.fields["Preference-Applied"] == nil)
      #expect(try await client.number("SELECT count(*) FROM orders") == 1)
      let read = try await client.dry("GET", "/orders/1")
      #expect(read.status == 200 && read.fields["Preference-Applied"] == nil)
    }
  }

  @Test("is refused by a route that says that it has none, before anything is done")
  func impossible() async throws {
    try await asking { client in
      var calls = 0
      func answer(_ route: Route) async throws -> Response {
        let contract = Contract(
          name: "own", refusal: WaybillContract.refusal,
          resources: [Resource("things", "Things.", [route])], offersDryRuns: true,
          explain: WaybillContract.explain)
        let router = Router([Mount("/", contract)], services: client.services) { _, _ in }
        let request = try parse("POST /things", fields: ["Prefer: dry-run"])
        switch router.reply(to: request, id: .made(0, 7), from: client.address) {
        case .now(let answer, _): return answer
        case .later(_, _, let answer), .follow(_, let answer): return await answer()
        case .never: throw UnexpectedWait()
        }
      }
      let about = RouteDescription("doThings", "Do things", answers: [])
      nonisolated(unsafe) let count = { calls += 1 }
      let secret = try await answer(
        Route(.post, "/things", about, access: .anyone, dryRun: .refused) { _, _ in
          count()
          return .text(.ok, "secret")
        })
      let immediate = try await answer(
        Route(
          .post, "/things", about, access: .anyone,
          immediate: { _, _ in
            count()
            return .text(.ok, "done")
          }))
      for response in [secret, immediate] {
        #expect(response.status == .badRequest)
        #expect(String(decoding: response.body, as: UTF8.self).contains("no_dry_run"))
      }
      #expect(calls == 0)
    }
  }
}

extension ContractAnswer {
  /// What an answer to a request says that was done. Each new customer, product and view uses up a
  /// number, also in a dry run.
  fileprivate func done(_ request: ChangingRequest) -> String {
    let shape = ContractAnswer(
      status: status, fields: fields.filter { $0.key != "Preference-Applied" }, body: body,
      type: type
    ).shape
    switch request.target {
    case "/customers", "/products": return shape.replacing(/"number":\d+/, with: #""number":0"#)
    case "/views":
      return shape.replacing(/"id":\d+/, with: #""id":0"#).replacing(/\/views\/\d+/, with: "/views")
    default: return shape
    }
  }
}

extension ContractClient {
  fileprivate func dry(
    _ method: String, _ target: String, _ body: String = "", _ fields: [String] = []
  ) async throws -> ContractAnswer {
    try await send(
      method, target, body, fields: ["Content-Type: application/json", "Prefer: dry-run"] + fields)
  }

  /// A digest of each table, and the last number that an order was given.
  fileprivate func wholeDatabase() async throws -> [String: String] {
    let tables = try await owner.read(
      """
      SELECT oid::regclass::text FROM pg_class
       WHERE relnamespace = 'waybill'::regnamespace AND relkind = 'r' ORDER BY 1
      """
    ).map { try $0.text(0) }
    let digests = tables.map {
      "SELECT '\($0)', md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM \($0) AS t"
    }
    let number = "SELECT 'number', last_value || ' ' || is_called FROM orders_number_seq"
    let rows = try await owner.read(
      SQL(unsafeText: (digests + [number]).joined(separator: " UNION ALL ")))
    return Dictionary(
      try rows.map { (try $0.text(0), try $0.optionalText(1) ?? "") }, uniquingKeysWith: { $1 })
  }
}
