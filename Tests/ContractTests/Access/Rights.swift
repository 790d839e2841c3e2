import Orders

@testable import OrderAPI

/// Who may do what, written down once more and by hand: what the routes say of themselves has to be
/// the same, and the service has to hold to it.
enum Rights {
  enum Holder: Equatable {
    case anyone
    /// These and an admin.
    case roles(Set<RoleName>)
    /// Each for what is his own; no admin.
    case customers
  }

  static func holder(of route: String) -> Holder? {
    switch table[route] {
    case nil: nil
    case "anyone": .anyone
    case "own": .customers
    case let words?:
      .roles(Set(words.split(separator: " ").compactMap { RoleName(rawValue: "\($0)") }))
    }
  }

  static let table = [
    "GET /livez": "anyone",
    "GET /readyz": "anyone",
    "GET /metrics": "",
    "GET /openapi.json": "anyone",
    "GET /": "anyone",
    "GET /docs": "anyone",
    "GET /docs/": "anyone",
    "GET /favicon.ico": "anyone",
    "GET /docs/errors": "anyone",
    "GET /docs/{file}": "anyone",

    "POST /customers": "retailer",
    "GET /customers": "retailer",
    "GET /customers/{id}": "retailer customer",
    "PATCH /customers/{id}": "retailer",
    "GET /customers/{id}/orders": "retailer warehouse customer",

    "POST /orders": "retailer",
    "GET /orders": "retailer warehouse customer",
    "GET /orders/{id}": "retailer warehouse customer",
    "PATCH /orders/{id}": "retailer",
    "PATCH /orders/{id}/status": "warehouse",
    "PATCH /orders/{id}/shipping": "retailer warehouse",
    "DELETE /orders/{id}": "retailer",
    "GET /orders/{id}/events": "retailer warehouse customer",

    "POST /products": "retailer",
    "GET /products": "retailer warehouse",
    "GET /products/{id}": "retailer warehouse",
    "PATCH /products/{id}": "retailer",
    "DELETE /products/{id}": "retailer",
    "POST /products/{id}/stock": "retailer warehouse",
    "GET /products/{id}/stock": "retailer warehouse",

    "GET /reports/customers": "retailer",
    "GET /reports/customers/{customer_id}": "retailer",

    "POST /storefront/orders": "retailer",
    "PATCH /storefront/orders/{id}/status": "retailer",
    "PATCH /storefront/orders/{id}/shipping": "retailer",
    "DELETE /storefront/orders/{id}": "retailer",

    "POST /fulfilment/order": "retailer",
    "GET /fulfilment/order": "retailer",
    "GET /fulfilment/order/{order_id}": "retailer",
    "POST /fulfilment/order/{order_id}/process-callback": "anyone",

    "POST /shop/orders": "own",
    "GET /shop/orders/{order_id}": "own",
    "PATCH /shop/orders/{order_id}": "own",
    "DELETE /shop/orders/{order_id}": "own",

    "POST /store/customers": "retailer",
    "GET /store/products": "retailer",
    "POST /store/customers/{id}/orders": "retailer",
    "GET /store/customers/{id}/orders": "retailer",
    "POST /store/customers/{id}/notifications": "retailer",
  ]

  /// The members of each contract's error envelope.
  static let envelopes = [
    "api": ["code", "documentation", "errors", "message", "request_id"],
    "operations": ["code", "documentation", "errors", "message", "request_id"],
    "storefront": ["error", "message", "statusCode"],
    "shop": ["documentation", "error"],
    "store": ["message"],
    "fulfilment": ["message"],
  ]
}
