import JSON
import Orders

// The columns of exports as tables.

extension ExportedOrder {
  static let columns = [
    "id", "number", "channel", "status", "customer_id", "reference", "total_quantity",
    "total_amount", "carrier", "tracking_number", "version", "created_at", "updated_at", "items",
    "ship_to", "note", "tags", "metadata", "returned_quantity", "returned_amount",
    "shipped_quantity", "returns", "shipments",
  ]

  /// Lines, addresses, tags, metadata, returns and shipments are JSON.
  func writeColumns(to line: inout CSVWriter.Line) {
    order.writeColumns(to: &line)
    line.text(json: returnsJSON)
    line.text(json: shipmentsJSON)
  }
}

extension Order {
  fileprivate func writeColumns(to line: inout CSVWriter.Line) {
    line.plain("\(id)")
    line.plain("\(number)")
    line.plain(channel.rawValue)
    line.plain(status.rawValue)
    line.text(customer)
    line.text(reference)
    line.plain("\(totalQuantity)")
    line.plain(totalAmount)
    line.text(shipping.carrier)
    line.text(shipping.trackingNumber)
    line.plain("\(version)")
    line.plain(createdAt.rfc3339)
    line.plain(updatedAt.rfc3339)
    line.text(String(decoding: items, as: UTF8.self))
    line.text(json: extras.shipTo)
    line.text(extras.note)
    line.text(json: extras.tags)
    line.text(json: extras.metadata)
    line.plain(returned.map { "\($0.quantity)" } ?? "")
    line.plain(returned?.amount ?? "")
    line.plain(shippedQuantity.map(String.init) ?? "")
  }
}

extension Customer {
  static let columns = [
    "id", "number", "name", "email", "version", "created_at", "updated_at", "ship_to",
  ]

  func writeColumns(to line: inout CSVWriter.Line) {
    line.text(id.value)
    line.plain("\(number)")
    line.text(name)
    line.text(email)
    line.plain("\(version)")
    line.plain(createdAt.rfc3339)
    line.plain(updatedAt.rfc3339)
    line.text(json: shipTo)
  }
}

extension Product {
  static let columns = [
    "id", "number", "name", "description", "price", "stock", "available", "version", "created_at",
    "updated_at", "reorder_level", "retired_at",
  ]

  func writeColumns(to line: inout CSVWriter.Line) {
    line.text(id.value)
    line.plain("\(number)")
    line.text(name)
    line.text(description)
    line.plain(price.decimal)
    line.plain("\(stock)")
    line.plain("\(isAvailable)")
    line.plain("\(version)")
    line.plain(createdAt.rfc3339)
    line.plain(updatedAt.rfc3339)
    line.plain(reorderLevel.map(String.init) ?? "")
    line.plain(retiredAt?.rfc3339 ?? "")
  }
}

/// The stock of one product.
struct StockLevel: AnswerObject {
  static let columns = ["product_id", "name", "stock", "version", "updated_at"]

  private let product: Product

  init(_ product: Product) { self.product = product }

  static let schema = describe("StockLevel", "How many units there are of one product.")

  func write(to json: inout some AnswerFields) {
    json.string("product_id", product.id.value, "The product.", "keyboard")
    json.string("name", product.name, "What it is called.", "Keyboard")
    json.integer("stock", product.stock, in: Product.allowedStock, "How many units there are.", 10)
    json.integer("version", product.version, in: 1...Int.max, "The product's version.", 1)
    json.moment("updated_at", product.updatedAt, "When it last changed.")
  }

  func writeColumns(to line: inout CSVWriter.Line) {
    line.text(product.id.value)
    line.text(product.name)
    line.plain("\(product.stock)")
    line.plain("\(product.version)")
    line.plain(product.updatedAt.rfc3339)
  }

  static let sample = StockLevel(.sample)
}

extension FeedEvent {
  static let columns = [
    "position", "id", "type", "occurred_at", "who", "order_id", "order_number", "version", "from",
    "to", "product_id", "customer_id", "delta", "cause", "reason",
  ]

  func writeColumns(to line: inout CSVWriter.Line) {
    line.plain("\(cursor.position)")
    line.plain(id)
    line.plain(kind.rawValue)
    line.plain(occurredAt.rfc3339)
    line.text(actor)
    line.plain(order.map { "\($0.id)" } ?? "")
    line.plain((order?.number ?? stock?.order).map(String.init) ?? "")
    line.plain((order?.version ?? product?.version ?? customer?.version).map(String.init) ?? "")
    line.plain(order?.from?.rawValue ?? "")
    line.plain(order?.to.rawValue ?? "")
    line.text(stock?.product.value ?? product?.id)
    line.text(order?.customer ?? customer?.id)
    line.plain(stock.map { "\($0.delta)" } ?? "")
    line.plain(stock?.cause.rawValue ?? "")
    line.text(stock?.reason)
  }
}

extension CSVWriter.Line {
  /// JSON as it is stored.
  fileprivate mutating func text(json: [UInt8]?) {
    text(json.map { String(decoding: $0, as: UTF8.self) })
  }
}
