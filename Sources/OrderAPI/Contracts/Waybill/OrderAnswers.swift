import JSON
import Orders

extension Order {
  /// Writes the members of an order as the own API shows it.
  func write(_ json: inout JSONObjectWriter) {
    json.plain("id") { id.append(to: &$0) }
    json.integer("number", number)
    json.string("channel", channel.rawValue)
    json.string("status", status.rawValue)
    json.string("customer_id", customer)
    json.string("reference", reference)
    json.raw("items", items)
    json.integer("total_quantity", totalQuantity)
    json.raw("total_amount", totalAmount.utf8)
    json.object("shipping") { json in
      json.string("carrier", shipping.carrier)
      json.string("tracking_number", shipping.trackingNumber)
    }
    json.array("allowed_statuses") { list in
      for status in allowedStatuses { list.string(status.rawValue) }
    }
    json.integer("version", version)
    json.moment("created_at", createdAt)
    json.moment("updated_at", updatedAt)
  }
}

extension OrderEvent {
  /// Writes the members of a step of the history.
  func write(_ json: inout JSONObjectWriter) {
    json.integer("version", version)
    json.string("what", what.rawValue)
    json.string("from", from?.rawValue)
    json.string("to", to.rawValue)
    json.string("who", who)
    json.moment("when", createdAt)
  }
}

extension Shortfall {
  /// Writes the members of a product that is short.
  func write(_ json: inout JSONObjectWriter) {
    json.string("product_id", product.value)
    json.integer("requested", requested)
    json.integer("available", available)
  }
}

extension ErrorNotice.Detail {
  /// Writes the members of an entry of `errors`.
  func write(_ json: inout JSONObjectWriter) {
    switch self {
    case .notOrderable(let product):
      json.string("field", "items")
      json.string("message", "\(product.value) is not in the catalogue")
      json.string("product_id", product.value)
    case .notIntroduced(let customer):
      json.string("field", "customer_id")
      json.string("message", "\(customer.value) is not a customer")
      json.string("customer_id", customer.value)
    case .short(let shortfall):
      json.string("field", "items")
      json.string(
        "message",
        "\(shortfall.product.value): \(shortfall.requested) requested, "
          + "\(shortfall.available) available")
      shortfall.write(&json)
    case .move(let current, let requested):
      json.string("field", "status")
      json.string("message", "is \(current.rawValue)")
      json.string("current", current.rawValue)
      json.string("requested", requested.rawValue)
      json.array("allowed") { list in
        for status in current.successors { list.string(status.rawValue) }
      }
    }
  }
}
