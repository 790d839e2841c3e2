import JSON

/// The own API as it should behave, in memory: what the contract says and nothing of how it is
/// done.
struct ShopModel {
  struct Line: Equatable {
    var product: String?
    var quantity: Int
    var cents: Int
  }

  struct Order: Equatable {
    var customer: String
    var status = "new"
    var lines: [Line]
    var carrier: String?
    var version = 1

    var quantity: Int { lines.reduce(0) { $0 + $1.quantity } }
    var cents: Int { lines.reduce(0) { $0 + $1.quantity * $1.cents } }
  }

  var stock: [String: Int]
  var prices: [String: Int]
  /// Order number n is at n - 1.
  var orders: [Order] = []

  /// What is asked of the API.
  enum Step {
    case place(customer: String, lines: [Line], isPartial: Bool)
    case edit(number: Int, product: String, quantity: Int)
    case move(number: Int, status: String)
    case cancel(number: Int)
    case ship(number: Int, carrier: String?)
    case adjust(product: String, delta: Int)
    case reprice(product: String, cents: Int)
  }

  /// Does the step; answers the status the API must answer with.
  mutating func take(_ step: Step) -> Int {
    switch step {
    case .place(let customer, let lines, let isPartial):
      return place(customer, lines, isPartial: isPartial)
    case .edit(let number, let product, let quantity):
      return change(number) { try Self.edit(&$0, &$1, product, quantity) }
    case .move(let number, let status):
      return change(number) { try Self.move(&$0, &$1, to: status) }
    case .cancel(let number):
      return change(number) { order, model in
        if order.status != "cancelled" { try Self.move(&order, &model, to: "cancelled") }
      }
    case .ship(let number, let carrier):
      return change(number) { order, _ in order.carrier = carrier }
    case .adjust(let product, let delta):
      guard let units = stock[product] else { return 404 }
      guard units + delta >= 0 else { return 409 }
      stock[product] = units + delta
      return 200
    case .reprice(let product, let cents):
      guard prices[product] != nil else { return 404 }
      prices[product] = cents
      return 200
    }
  }

  private mutating func place(_ customer: String, _ asked: [Line], isPartial: Bool) -> Int {
    let products = asked.compactMap(\.product)
    guard products.allSatisfy({ stock[$0] != nil }) else { return 422 }
    var left = stock
    var lines: [Line] = []
    var isShort = false
    for line in asked {
      var line = line
      if let product = line.product {
        let granted = min(line.quantity, left[product]!)
        isShort = isShort || granted < line.quantity
        left[product]! -= granted
        line.quantity = granted
        if line.cents < 0 { line.cents = prices[product]! }
      }
      if line.quantity > 0 { lines.append(line) }
    }
    guard !isShort || isPartial, !lines.isEmpty else { return 409 }
    stock = left
    orders.append(Order(customer: customer, lines: lines))
    return 201
  }

  private struct Refused: Error {
    let status: Int
  }

  /// A change that moves the version by one, if it changes anything.
  private mutating func change(
    _ number: Int, _ body: (inout Order, inout ShopModel) throws -> Void
  ) -> Int {
    guard orders.indices.contains(number - 1) else { return 404 }
    var order = orders[number - 1]
    do {
      try body(&order, &self)
    } catch let refused as Refused {
      return refused.status
    } catch {
      return 500
    }
    if order != orders[number - 1] { order.version += 1 }
    orders[number - 1] = order
    return 200
  }

  private static func edit(
    _ order: inout Order, _ model: inout ShopModel, _ product: String, _ quantity: Int
  ) throws {
    guard order.status == "new" else { throw Refused(status: 409) }
    let held = order.lines.filter { $0.product == product }.reduce(0) { $0 + $1.quantity }
    let delta = quantity - held
    if delta > 0 {
      guard let units = model.stock[product] else { throw Refused(status: 422) }
      guard units >= delta else { throw Refused(status: 409) }
    }
    // On its first line; a product that is new to the order comes last, at today's price.
    let first = order.lines.firstIndex { $0.product == product }
    var line =
      first.map { order.lines[$0] }
      ?? Line(product: product, quantity: 0, cents: model.prices[product] ?? 0)
    line.quantity = quantity
    var lines = order.lines.enumerated().filter { $1.product != product || $0 == first }
      .map(\.element)
    let place = lines.firstIndex { $0.product == product } ?? lines.count
    lines.removeAll { $0.product == product }
    if quantity > 0 { lines.insert(line, at: place) }
    guard !lines.isEmpty else { throw Refused(status: 400) }
    order.lines = lines
    if delta != 0 { model.stock[product]! -= delta }
  }

  private static func move(
    _ order: inout Order, _ model: inout ShopModel, to status: String
  ) throws {
    switch (order.status, status) {
    case ("new", "in_progress"), ("in_progress", "completed"): break
    case ("new", "cancelled"), ("in_progress", "cancelled"):
      for line in order.lines {
        if let product = line.product { model.stock[product]! += line.quantity }
      }
    default: throw Refused(status: 409)
    }
    order.status = status
  }
}
