import HTTP
import JSON
import Orders

extension WaybillContract {
  /// What `explain` writes.
  static let refusal = Schema.object(
    [
      "message": .string().about("A sentence for people.", "1 field is invalid"),
      "code": .string().about("A word for programs.", "invalid_request"),
      "documentation": .string(format: "uri-reference")
        .about("Where the code is explained.", "/docs/errors#invalid_request"),
      "errors": Schema.array(detail).about("All that is wrong at once."),
      "request_id": .string().about("What the request is called in the log.", "0000000000000007"),
    ], isOpen: true
  ).about("Why a request was refused.").named("Refusal")

  private static let detail = Schema.object(
    [
      "field": .string().about("Where in the request it is.", "items[0].quantity"),
      "message": .string().about("What it must be.", "must be a whole number from 1 to 1000000"),
    ], isOpen: true
  ).about("One thing that is wrong; what a program can act on stands beside the message.")
    .named("RefusalDetail")
}

extension ErrorNotice.Detail {
  /// Writes the members of an entry of `errors`.
  func write(_ json: inout JSONObjectWriter, _ context: FailureContext) {
    switch self {
    case .order(let index, let failure):
      let refusal = WaybillContract.explain(failure, context)
      json.string("field", "orders[\(index)]")
      json.string("message", ErrorNotice(failure).message)
      json.integer("index", index)
      json.integer("status", refusal.status.code)
      json.raw("error", refusal.body)
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
      shortfall.write(to: &json)
    case .excess(let item):
      json.string("field", "items[\(item.item)]")
      json.string("message", "\(item.requested) requested, \(item.available) to ship")
      json.integer("requested", item.requested)
      json.integer("available", item.available)
    case .shipped(let product):
      json.string("field", "items")
      json.string(
        "message",
        "\(product.product.value): \(product.requested) requested, \(product.shipped) shipped")
      json.string("product_id", product.product.value)
      json.integer("requested", product.requested)
      json.integer("shipped", product.shipped)
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
