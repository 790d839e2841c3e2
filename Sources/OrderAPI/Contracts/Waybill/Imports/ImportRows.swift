import JSON
import Orders

// The rows of each kind, read from their columns.

extension ImportedIdentity {
  /// - Parameter moment: When a row was made that does not say.
  init(_ row: some ImportSource, at moment: Timestamp) {
    let created = row.moment("created_at") ?? moment
    self.init(
      number: row.integer("number", in: Self.allowedNumbers),
      version: row.integer("version", in: 1...Int(Int32.max)) ?? 1, createdAt: created,
      updatedAt: row.moment("updated_at") ?? created)
  }
}

extension ImportColumns {
  fileprivate init(_ row: some ImportSource, _ columns: KeyValuePairs<StaticString, Self>) {
    self = columns.reduce(into: []) { given, column in
      if row.isGiven(column.key) { given.insert(column.value) }
    }
  }
}

extension ImportedProduct {
  static let columns = Product.columns

  /// A row that is refused becomes a product, too, which nobody takes.
  init(_ row: some ImportSource, at moment: Timestamp, mode: ImportMode) {
    let id = row.required("id", row.value("id", ProductID.self)) ?? ProductID("-")!
    let name = row.value("name", Name.self)
    let price = row.price("price")
    if mode == .create {
      _ = row.required("name", name)
      _ = row.required("price", price)
    } else {
      // What a product cannot be without is not cleared by an empty column either.
      for column in ["name", "price"] as [StaticString] where row.isGiven(column) {
        if row.text(column) == nil { row.refuse(column, "must not be empty") }
      }
    }
    let identity = ImportedIdentity(row, at: moment)
    self.init(
      id: id, identity: identity,
      given: ImportColumns(
        row,
        [
          "name": .productName, "description": .description, "price": .price, "stock": .stock,
          "reorder_level": .reorderLevel, "retired_at": .retiredAt,
        ]))
    self.name = name?.value
    self.price = price
    if let text = row.textOrEmpty("description") {
      description = text.isEmpty ? "" : row.text("description", ProductDescription.allowedLength)
    }
    stock = row.integer("stock", in: Product.allowedStock)
    reorderLevel = row.integer("reorder_level", in: Product.allowedStock)
    retiredAt = row.moment("retired_at")
    // It follows from the stock.
    _ = row.text("available")
  }
}

extension ImportedCustomer {
  static let columns = Customer.columns

  init(_ row: some ImportSource, at moment: Timestamp) {
    let id = row.required("id", row.value("id", CustomerID.self)) ?? CustomerID("-")!
    let identity = ImportedIdentity(row, at: moment)
    self.init(
      id: id, identity: identity,
      given: ImportColumns(
        row, ["name": .customerName, "email": .email, "ship_to": .customerShipTo]))
    name = row.value("name", Name.self)?.value
    email = row.value("email", EmailAddress.self)?.value
    shipTo = row.json("ship_to") { AddressField().read($0)?.json } ?? nil
  }
}

extension ImportedOrder {
  static let columns = ExportedOrder.columns

  init(_ row: some ImportSource, at moment: Timestamp) {
    let identity = ImportedIdentity(row, at: moment)
    var random = SystemRandomNumberGenerator()
    var id = OrderID(at: identity.createdAt, using: &random)
    if let text = row.text("id") {
      if let given = OrderID(text) {
        id = given
      } else {
        row.refuse("id", "\"\(text.prefix(50))\" is not a UUID")
      }
    }
    self.init(
      id: id, identity: identity,
      given: ImportColumns(
        row,
        [
          "status": .status, "carrier": .carrier, "tracking_number": .trackingNumber,
          "ship_to": .shipTo, "note": .note, "tags": .tags, "metadata": .metadata,
          "items": .items, "customer_id": .customer,
        ]))
    channel = row.word("channel", Channel.init(rawValue:)) ?? .api
    status = row.word("status", OrderStatus.init(word:)) ?? .new
    customer = row.value("customer_id", CustomerID.self)?.value
    reference = row.value("reference", OrderReference.self)?.value
    carrier = row.text("carrier", Shipping.allowedLength)
    trackingNumber = row.text("tracking_number", Shipping.allowedLength)
    note = row.text("note", OrderExtras.allowedNoteLength)
    shipTo = row.json("ship_to") { AddressField().read($0)?.json } ?? nil
    tags = row.json("tags") { OrderExtras.tags($0) } ?? nil
    metadata = row.json("metadata") { OrderExtras.metadata($0) } ?? nil
    lines = row.json("items") { field throws(JSONInvalid) in try ImportedLine.read(field) } ?? []
    returns =
      row.json("returns") { field throws(JSONInvalid) in try ImportedReturn.read(field) } ?? []
    let parcels =
      row.json("shipments") { field throws(JSONInvalid) in
        try Shipment.read(field, lastVersion: identity.version)
      } ?? []
    shipments = ExportedOrder.json(parcels).map { String(decoding: $0, as: UTF8.self) }
    // It follows from the status.
    _ = row.json("allowed_statuses") { _ in 0 }
    // Otherwise one fault would be told as several.
    guard row.isFaultless else { return }
    checkShape(row)
    checkSums(row)
    checkReturns(row)
    checkShipments(row, parcels)
  }

  /// No more has gone out than was sold, and the newest parcel has the shipping of the order.
  private func checkShipments(_ row: some ImportSource, _ parcels: [Shipment]) {
    let given = row.integer("shipped_quantity", in: 1...Int.max)
    guard let newest = parcels.last else {
      if let given {
        row.refuse("shipped_quantity", "\(given) needs the column shipments, which is empty")
      }
      return
    }
    let sum = parcels.reduce(0) { $0 + $1.quantity }
    if sum > totalQuantity { row.refuse("shipments", "are more than the order has") }
    if let given, given != sum {
      row.refuse("shipped_quantity", "\(given) is not the sum of the column shipments, \(sum)")
    }
    if status == .cancelled, channel.kind == .stocked {
      row.refuse("shipments", "are never of a cancelled order")
    }
    if newest.shipping.carrier != carrier {
      row.refuse("shipments", "end with another carrier than the order has")
    }
    if newest.shipping.trackingNumber != trackingNumber {
      row.refuse("shipments", "end with another tracking_number than the order has")
    }
  }

  /// What orders of the channel must have.
  private func checkShape(_ row: some ImportSource) {
    let isProcess = channel.kind == .process
    if isProcess {
      if reference == nil {
        row.refuse("reference", "is required in the channel \(channel.rawValue)")
      }
      if !lines.isEmpty {
        row.refuse("items", "must be empty in the channel \(channel.rawValue)")
      }
    } else {
      if customer == nil { row.refuse("customer_id", "is required") }
      if lines.isEmpty { row.refuse("items", "is required") }
    }
    let strange: OrderStatus = isProcess ? .cancelled : .failed
    if status == strange {
      row.refuse("status", "is never \(strange.rawValue) in the channel \(channel.rawValue)")
    }
  }

  /// Sums that a file gives must be those of its lines.
  private func checkSums(_ row: some ImportSource) {
    if let given = row.integer("total_quantity", in: 0...Int.max), given != totalQuantity {
      row.refuse("total_quantity", "\(given) is not the sum of the lines, \(totalQuantity)")
    }
    if let given = row.cents("total_amount"), let cents = totalCents, given != cents {
      row.refuse(
        "total_amount", "\(given.amount) is not the sum of the lines, \(cents.amount)")
    }
    let quantity = returns.reduce(0) { $0 + $1.quantity.value }
    if let given = row.integer("returned_quantity", in: 1...Int.max), given != quantity {
      row.refuse(
        "returned_quantity", "\(given) is not the sum of the column returns, \(quantity)")
    }
    if let given = row.cents("returned_amount"), given != returnedCents {
      row.refuse(
        "returned_amount",
        "\(given.amount) is not the sum of the column returns, \(returnedCents.amount)")
    }
  }

  private var returnedCents: Int128 { returns.reduce(0) { $0 + Int128($1.cents) } }

  /// No more comes back than was sold, in an order of the past and in one of its versions.
  private func checkReturns(_ row: some ImportSource) {
    guard !returns.isEmpty else { return }
    if status != .completed { row.refuse("returns", "are only of completed orders") }
    var left: [String: Int] = [:]
    for line in lines { left[line.product ?? "", default: 0] += line.quantity.value }
    var seen: Set<[String]> = []
    for item in returns {
      left[item.product, default: 0] -= item.quantity.value
      if left[item.product, default: 0] < 0 {
        row.refuse("returns", "are more of \(item.product) than the order has")
      }
      if item.version > identity.version {
        row.refuse("returns", "have a version that the order has not reached")
      }
      if !seen.insert(["\(item.version)", item.product]).inserted {
        row.refuse("returns", "have \(item.product) twice in version \(item.version)")
      }
    }
    if let total = totalCents, returnedCents > total {
      row.refuse("returns", "are worth more than the order")
    }
  }
}

extension ImportedLine {
  fileprivate static func read(_ field: JSONField) throws(JSONInvalid) -> [ImportedLine] {
    try field.objects { item throws(JSONInvalid) in
      let product = item["product_id"].optional?.string(length: NewLine.allowedForeignLength)
      let name = item["name"].optional?.string(length: NewLine.allowedNameLength)
      let quantity = item["quantity"].integer(in: Quantity.allowed)
      let price = item["price"].optional?.read(.money)
      if item["price"].optional == nil, product == nil {
        item["price"].refuse("is required where there is no product_id")
      }
      if let amount = item["amount"].optional?.decimal(.anyAmount), let price,
        Int128(amount) != Int128(quantity) * Int128(price.cents)
      {
        item["amount"].refuse("is not the quantity times the price")
      }
      try item.check()
      return ImportedLine(
        product: product, name: name, quantity: Quantity(quantity)!, price: price)
    }
  }
}

extension ImportedReturn {
  private static let allowedCount = 0...10_000

  fileprivate static func read(_ field: JSONField) throws(JSONInvalid) -> [ImportedReturn] {
    try field.objects(count: allowedCount) { item throws(JSONInvalid) in
      let version = item["version"].integer(in: 2...Int(Int32.max))
      let product = item["product_id"].string(length: NewLine.allowedForeignLength)
      let quantity = item["quantity"].integer(in: Quantity.allowed)
      let cents = item["amount"].decimal(.anyAmount)
      let isRestocked = item["restocked"].boolean()
      let never = item["never_shipped"].optional?.integer(in: 0...quantity) ?? 0
      let reason = item["reason"].optional?.string(length: NewReturn.allowedReasonLength)
      let who = item["who"].who()
      let created = item["created_at"].moment()
      try item.check()
      return ImportedReturn(
        version: version, product: product, quantity: Quantity(quantity)!, cents: cents,
        isRestocked: isRestocked, neverShipped: never, reason: reason, who: who,
        createdAt: created!)
    }
  }
}

extension JSONDecimalForm {
  /// An amount of a line, which may be more than a price.
  fileprivate static let anyAmount = JSONDecimalForm(fractionDigits: 2, range: 0...Int64.max)
}

extension JSONField {
  /// Who did something, as far as the file says so.
  fileprivate func who() -> String { optional?.string(length: 1...500) ?? "import" }

  /// A moment, to the millisecond; nil when it was refused.
  fileprivate func moment() -> Timestamp? {
    guard let moment = Timestamp(rfc3339: string()), Timestamp.era.contains(moment) else {
      refuse("must be a moment as 2026-01-01T10:00:00Z")
      return nil
    }
    return moment.inMilliseconds
  }
}

extension Shipment {
  private static let allowedUnits = 1...100_000_000

  /// The parcels of an order whose version is `lastVersion`.
  fileprivate static func read(
    _ field: JSONField, lastVersion: Int
  ) throws(JSONInvalid) -> [Shipment] {
    let numbers = NewShipment.allowedNumber
    var number = 0
    return try field.objects(count: 0...numbers.upperBound) { parcel throws(JSONInvalid) in
      number += 1
      if parcel["shipment"].integer(in: numbers) != number {
        parcel["shipment"].refuse("must be \(number)")
      }
      let version = parcel["version"].integer(in: 2...max(2, lastVersion))
      let carrier = parcel["carrier"].optional?.string(length: Shipping.allowedLength)
      let tracking = parcel["tracking_number"].optional?.string(length: Shipping.allowedLength)
      let quantity = parcel["quantity"].integer(in: allowedUnits)
      let who = parcel["who"].who()
      let created = parcel["created_at"].moment()
      var sum = 0
      let items = parcel["items"].objects(count: NewShipment.allowedItems) { item -> JSONValue in
        let units = item["quantity"].integer(in: allowedUnits)
        sum += units
        return JSONValue.object([
          .init(key: "product_id", value: text(item["product_id"])),
          .init(key: "name", value: text(item["name"])),
          .init(key: "quantity", value: .number("\(units)")),
        ])
      }
      if sum != quantity { parcel["quantity"].refuse("is not the sum of the items, \(sum)") }
      try parcel.check()
      return Shipment(
        number: number, version: version,
        shipping: Shipping(carrier: carrier, trackingNumber: tracking),
        items: JSONValue.array(items).bytes, quantity: quantity, actor: who, createdAt: created!)
    }
  }

  private static func text(_ field: JSONField) -> JSONValue {
    field.optional.map { .string($0.string(length: 1...255)) } ?? .null
  }
}
