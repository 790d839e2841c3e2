import JSON
import Orders

/// An order as an export has it: with what has come back and gone out, so that nothing is missing.
struct ExportedOrder: AnswerObject {
  let order: Order
  /// What has come back, oldest first.
  let returns: [OrderReturn]
  /// What has gone out, oldest first.
  let shipments: [Shipment]

  static let schema = describe(
    "ExportedOrder", "An order with its lines, and with what has come back and gone out of it.")

  func write(to json: inout some AnswerFields) {
    order.write(to: &json)
    json.optionalJSON(
      "returns", returnsJSON, .array(OrderReturn.schema),
      "What has come back, oldest first, with `never_shipped` units of it that had not gone out; "
        + "absent when nothing has.")
    json.optionalJSON(
      "shipments", shipmentsJSON, .array(Shipment.schema),
      "What has gone out, oldest first; absent when nothing has.")
  }

  /// What has come back, as JSON; nil when nothing has.
  var returnsJSON: [UInt8]? {
    guard !returns.isEmpty else { return nil }
    return JSONWriter.array { list in
      for item in returns {
        list.object { json in
          item.write(to: &json)
          if item.neverShipped > 0 { json.integer("never_shipped", item.neverShipped) }
        }
      }
    }
  }

  /// What has gone out, as JSON; nil when nothing has.
  var shipmentsJSON: [UInt8]? { Self.json(shipments) }

  /// Shipments as JSON; nil when there are none.
  static func json(_ shipments: [Shipment]) -> [UInt8]? {
    guard !shipments.isEmpty else { return nil }
    return JSONWriter.array { list in
      for shipment in shipments { list.object { shipment.write(to: &$0) } }
    }
  }

  static let sample = ExportedOrder(order: .sample, returns: [.sample], shipments: [.sample])
}

/// A product as an export has it: with the moment at which it was retired.
struct ExportedProduct: AnswerObject {
  let product: Product

  static let schema = describe("ExportedProduct", "A product, also one that was retired.")

  func write(to json: inout some AnswerFields) {
    product.write(to: &json)
    json.optionalMoment(
      "retired_at", product.retiredAt,
      "Since when it can no longer be ordered; absent while it can.")
  }

  static let sample = ExportedProduct(
    product: Product(
      id: ProductID("typewriter")!, number: 2, name: "Typewriter", description: "With a ribbon",
      price: Money(cents: 8_990), stock: 3, reorderLevel: 1, retiredAt: .sample, version: 4,
      createdAt: .sample, updatedAt: .sample))
}
