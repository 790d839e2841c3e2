import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The own API and a model of it in memory")
struct ModelTests {
  private static let steps = 80

  @Test(
    "agree on every answer and on the end, whatever is asked in whatever order",
    arguments: (0..<20).map { _ in UInt64.random(in: 0...UInt64.max) })
  func agreement(seed: UInt64) async throws {
    try await asking { client in
      var random = SeededRandom(seed: seed)
      var model = try await open(client, using: &random)
      for number in 1...Self.steps {
        let step = step(in: model, using: &random)
        let expected = model.take(step)

        let answer = try await client.take(step)

        try #require(
          answer.status == expected, "seed \(seed), step \(number) \(step): \(answer.body)")
      }
      for (index, order) in model.orders.enumerated() {
        let found = try await client.get("/orders/\(index + 1)").json
        #expect(found.order == order, "seed \(seed), order \(index + 1)")
        #expect(found["total_quantity"]?.written == "\(order.quantity)", "seed \(seed)")
        #expect(found["total_amount"]?.written == order.cents.asMoney, "seed \(seed)")
      }
      try await compareTheRest(client, model, seed)
    }
  }

  private func compareTheRest(
    _ client: ContractClient, _ model: ShopModel, _ seed: UInt64
  ) async throws {
    for (product, units) in model.stock {
      let found = try await client.get("/products/\(product)").json
      #expect(found["stock"]?.written == "\(units)", "seed \(seed), \(product)")
      let movements = try await client.entries(from: "/products/\(product)/stock?limit=7")
      let sum = movements.reduce(0) { $0 + (Int($1["delta"]?.written ?? "") ?? 0) }
      #expect(sum == units, "seed \(seed), \(product): the movements explain the stock")
    }
    let numbers = try await client.entries(from: "/orders?limit=9").map { $0["number"]?.written }
    #expect(numbers == model.orders.indices.reversed().map { "\($0 + 1)" }, "seed \(seed)")

    try await client.refresh()
    let completed = Dictionary(
      grouping: model.orders.filter { $0.status == "completed" }, by: \.customer)
    let rows = try await client.entries(from: "/reports/customers")
    #expect(rows.count == completed.count, "seed \(seed)")
    for row in rows {
      let orders = completed[row["customer_id"]?.text ?? ""] ?? []
      #expect(row["orders"]?.written == "\(orders.count)", "seed \(seed)")
      let cents = orders.reduce(0) { $0 + $1.cents }
      #expect(row["total_amount"]?.written == cents.asMoney, "seed \(seed)")
    }
    try await Invariants.check(client.owner)
  }

  private func open(
    _ client: ContractClient, using random: inout SeededRandom
  ) async throws -> ShopModel {
    var model = ShopModel(stock: [:], prices: [:])
    for product in ["a", "b", "c", "d"] {
      model.stock[product] = Int.random(in: 0...30, using: &random)
      model.prices[product] = Int.random(in: 0...9_999, using: &random)
      let body =
        #"{"id":"\#(product)","name":"Product","price":\#(model.prices[product]!.asMoney),"#
        + #""stock":\#(model.stock[product]!)}"#
      try #require(try await client.send("POST", "/products", body).status == 201)
    }
    return model
  }

  private func step(in model: ShopModel, using random: inout SeededRandom) -> ShopModel.Step {
    let number = Int.random(in: 1...(model.orders.count + 1), using: &random)
    let product = ["a", "b", "c", "d", "none"].randomElement(using: &random)!
    switch Int.random(in: 0..<12, using: &random) {
    case 0...3:
      return .place(
        customer: ["x", "y", "z"].randomElement(using: &random)!,
        lines: (0..<Int.random(in: 1...4, using: &random)).map { _ in line(using: &random) },
        isPartial: Bool.random(using: &random))
    case 4...5:
      return .edit(
        number: number, product: product, quantity: Int.random(in: 0...8, using: &random))
    case 6...7:
      let words = ["new", "in_progress", "completed", "cancelled"]
      return .move(number: number, status: words.randomElement(using: &random)!)
    case 8: return .cancel(number: number)
    case 9:
      return .ship(number: number, carrier: [nil, "Demo Carrier"].randomElement(using: &random)!)
    case 10:
      let delta = Int.random(in: 1...20, using: &random)
      return .adjust(product: product, delta: Bool.random(using: &random) ? delta : -delta)
    default:
      return .reprice(product: product, cents: Int.random(in: 0...9_999, using: &random))
    }
  }

  /// A catalogue item at the catalogue's price (below zero here) or its own, or a free item.
  private func line(using random: inout SeededRandom) -> ShopModel.Line {
    let products = [nil, "a", "b", "c", "d", "a", "b", "c", "d", "a", "b", "c", "d", "none"]
    let product = products.randomElement(using: &random)!
    let price = Int.random(in: 0...500, using: &random)
    return ShopModel.Line(
      product: product, quantity: Int.random(in: 1...9, using: &random),
      cents: product != nil && Bool.random(using: &random) ? -1 : price)
  }
}

extension ContractClient {
  /// Asks the API for a step of the model.
  fileprivate func take(_ step: ShopModel.Step) async throws -> ContractAnswer {
    switch step {
    case .place(let customer, let lines, let isPartial):
      let items = lines.map { line in
        let product = line.product.map { #""product_id":"\#($0)","# } ?? ""
        let price = line.cents < 0 ? "" : #","price":\#(line.cents.asMoney)"#
        return #"{\#(product)"quantity":\#(line.quantity)\#(price)}"#
      }
      let shortage = isPartial ? #","shortage":"partial""# : ""
      return try await send(
        "POST", "/orders",
        #"{"customer_id":"\#(customer)","items":[\#(items.joined(separator: ","))]\#(shortage)}"#)
    case .edit(let number, let product, let quantity):
      return try await send(
        "PATCH", "/orders/\(number)",
        #"{"items":[{"product_id":"\#(product)","quantity":\#(quantity)}]}"#)
    case .move(let number, let status):
      return try await send("PATCH", "/orders/\(number)/status", #"{"status":"\#(status)"}"#)
    case .cancel(let number):
      return try await send("DELETE", "/orders/\(number)", "")
    case .ship(let number, let carrier):
      let word = carrier.map { "\"\($0)\"" } ?? "null"
      return try await send("PATCH", "/orders/\(number)/shipping", #"{"carrier":\#(word)}"#)
    case .adjust(let product, let delta):
      return try await send("POST", "/products/\(product)/stock", #"{"delta":\#(delta)}"#)
    case .reprice(let product, let cents):
      return try await send("PATCH", "/products/\(product)", #"{"price":\#(cents.asMoney)}"#)
    }
  }
}

extension JSONValue {
  /// An order as the model knows it.
  fileprivate var order: ShopModel.Order? {
    guard let items = self["items"]?.items, let status = self["status"]?.text,
      let customer = self["customer_id"]?.text, let version = Int(self["version"]?.written ?? "")
    else { return nil }
    let lines = items.compactMap { item -> ShopModel.Line? in
      guard let quantity = Int(item["quantity"]?.written ?? ""),
        let cents = Int((item["price"]?.written ?? "").replacing(".", with: ""))
      else { return nil }
      return ShopModel.Line(product: item["product_id"]?.text, quantity: quantity, cents: cents)
    }
    return ShopModel.Order(
      customer: customer, status: status, lines: lines,
      carrier: self["shipping"]?["carrier"]?.text, version: version)
  }
}

extension Int {
  /// Cents as the API writes them.
  fileprivate var asMoney: String {
    "\(self / 100)." + (self % 100 < 10 ? "0" : "") + "\(self % 100)"
  }
}
