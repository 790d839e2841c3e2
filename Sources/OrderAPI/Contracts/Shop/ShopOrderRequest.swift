import JSON
import Orders

/// A product and a count of it: what a customer asks for and what he is told.
struct ShopOrderRequest {
  let product: String
  let count: Int

  /// The line it makes of a new order; nil for what no order can hold, which is not in stock then.
  var line: NewLine? {
    guard let product = ProductID(product), let count = Quantity(count) else { return nil }
    return NewLine(.product(product, price: nil), quantity: count)
  }

  /// The change it makes of an order; nil for what no order can hold.
  var change: LineChange? {
    ProductID(product).flatMap { LineChange($0, quantity: count) }
  }

  /// The members, with the count under the name it has in that place.
  func write(_ json: inout JSONObjectWriter, as name: JSONKey) {
    json.string("product_id", product)
    json.integer(name, count)
  }
}

extension ShopOrderRequest {
  /// What a body asks for: each product once.
  static func list(
    json: JSONObject, counts: ClosedRange<Int>
  ) throws(JSONInvalid) -> [ShopOrderRequest] {
    // As bytes: texts that only read the same name two products.
    var seen: Set<[UInt8]> = []
    return try json["products"].objects(count: NewOrder.allowedLines) { item throws(JSONInvalid) in
      let product = item["product_id"].string(length: 1...JSONLimits.stringCharacters)
      let count = item["item_count"].integer(in: counts)
      if !seen.insert(Array(product.utf8)).inserted {
        item["product_id"].refuse("must be named once")
      }
      return ShopOrderRequest(product: product, count: count)
    }
  }
}
