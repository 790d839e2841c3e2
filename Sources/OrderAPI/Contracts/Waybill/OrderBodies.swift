import JSON
import Orders

extension NewOrder {
  /// An order as the own API is asked for one.
  init(json: JSONObject) throws(JSONInvalid) {
    let customer = json["customer_id"].string(length: CustomerID.allowedLength)
    let reference = json["reference"].optional?.string(length: OrderReference.allowedLength)
    let shortage = json["shortage"].optional?.word(ShortageWord.self).shortage ?? .refuse
    let lines = try json["items"].objects(count: Self.allowedLines) { item throws(JSONInvalid) in
      try NewLine(json: item)
    }
    try json.check()
    guard let customer = CustomerID(customer),
      let order = NewOrder(
        channel: .api, customer: customer, reference: reference.flatMap(OrderReference.init),
        shortage: shortage, lines: lines)
    else { throw json.refuse("is no order") }
    self = order
  }
}

/// What a client of the own API may ask for.
enum ShortageWord: String, CaseIterable {
  case refuse, partial

  var shortage: NewOrder.Shortage { self == .refuse ? .refuse : .partial }
}

extension NewLine {
  fileprivate init(json: JSONObject) throws(JSONInvalid) {
    let product = json["product_id"].optional?.productID()
    let name = json["name"].optional?.string(length: Self.allowedNameLength)
    let quantity = json["quantity"].integer(in: Quantity.allowed)
    let price = json["price"].optional.map { Money(cents: $0.decimal()) }
    if product != nil && name != nil {
      json["name"].refuse("is the catalogue's where there is a product_id")
    } else if product == nil && price == nil {
      json["price"].refuse("is required where there is no product_id")
    }
    try json.check()
    guard let quantity = Quantity(quantity),
      let line = NewLine(
        product.map { .product($0, price: price) }
          ?? .free(name: name, price: price ?? Money(cents: 0)), quantity: quantity)
    else { throw json.refuse("is no order line") }
    self = line
  }
}

extension LineChange {
  /// New quantities as the own API is told them.
  static func list(json: JSONObject) throws(JSONInvalid) -> [LineChange] {
    var seen: Set<ProductID> = []
    return try json["items"].objects(count: NewOrder.allowedLines) { item throws(JSONInvalid) in
      let product = item["product_id"].productID()
      let quantity = item["quantity"].integer(in: Self.allowedQuantity)
      if !seen.insert(product).inserted { item["product_id"].refuse("must be named once") }
      guard let change = LineChange(product, quantity: quantity) else {
        throw item.refuse("is no change of a line")
      }
      return change
    }
  }
}

extension ShippingChange {
  /// Carrier and number as the own API is told them: absent keeps, null clears.
  init(json: JSONObject) throws(JSONInvalid) {
    let carrier = json["carrier"].textChange()
    let trackingNumber = json["tracking_number"].textChange()
    try json.check()
    guard let change = ShippingChange(carrier: carrier, trackingNumber: trackingNumber) else {
      throw json.refuse("must have a carrier or a tracking_number")
    }
    self = change
  }
}

extension JSONField {
  /// A product's id; a text that can be none is refused.
  fileprivate func productID() -> ProductID {
    let text = string { text in
      ProductID(text) == nil
        ? "must have 1 to 64 letters, digits, dots, underscores or hyphens" : nil
    }
    return ProductID(text) ?? Self.standIn
  }

  private static let standIn = ProductID("-")!

  /// A status, in any of the ways people write one.
  func orderStatus() throws(JSONInvalid) -> OrderStatus {
    let words = OrderStatus.allCases.map(\.rawValue).joined(separator: ", ")
    let text = string { OrderStatus(word: $0) == nil ? "must be one of: \(words)" : nil }
    return OrderStatus(word: text) ?? .new
  }

  fileprivate func textChange() -> FieldChange<String> {
    FieldChange(change { $0.string(length: Shipping.allowedLength) })
  }
}

extension Parameters {
  /// What every list of orders can be asked for.
  mutating func orderFilter() -> OrderFilter {
    var filter = OrderFilter()
    let statuses = OrderStatus.allCases.map(\.rawValue).joined(separator: ", ")
    filter.statuses =
      read("status", "must be some of: \(statuses)") { text in
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let known = words.compactMap { OrderStatus(word: String($0)) }
        return known.count == words.count ? Set(known) : nil
      } ?? []
    let channels = Channel.allCases.map(\.rawValue).joined(separator: ", ")
    filter.channel = read("channel", "must be one of: \(channels)", Channel.init(rawValue:))
    filter.product = read("product_id", "must be a product's id") { ProductID($0) }
    filter.createdAfter = moment("created_after")
    filter.createdBefore = moment("created_before")
    filter.sort =
      read("sort", "must be created_at or -created_at", OrderFilter.Sort.init(rawValue:))
      ?? .newestFirst
    return filter
  }

  /// A moment. In a query a plus sign is a space, so an offset needs it escaped.
  private mutating func moment(_ name: String) -> Timestamp? {
    let isUnescaped =
      text(name).map { $0.contains(" ") && Timestamp(rfc3339: $0.replacing(" ", with: "+")) != nil }
      ?? false
    return read(
      name,
      isUnescaped
        ? "has a space where + is meant: write it as %2B"
        : "must be a moment like 2026-01-01T10:00:00Z"
    ) { Timestamp(rfc3339: $0) }
  }
}
