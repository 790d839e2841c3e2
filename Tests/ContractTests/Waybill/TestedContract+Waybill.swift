import JSON
import OrderStore
import Orders
import Testing

@testable import OrderAPI

extension TestedContract {
  static let own = TestedContract(
    contract: WaybillContract.contract,
    rights: [
      "POST /customers": "retailer",
      "GET /customers": "retailer",
      "GET /customers/{id}": "retailer customer",
      "PATCH /customers/{id}": "retailer",
      "GET /customers/{id}/orders": "retailer warehouse customer",

      "POST /orders": "retailer",
      "POST /orders/batch": "retailer",
      "POST /orders/status": "warehouse",
      "GET /orders": "retailer warehouse customer",
      "GET /orders/counts": "retailer warehouse",
      "GET /orders/{id}": "retailer warehouse customer",
      "PATCH /orders/{id}": "retailer",
      "PATCH /orders/{id}/status": "warehouse",
      "PATCH /orders/{id}/shipping": "retailer warehouse",
      "POST /orders/{id}/shipments": "retailer warehouse",
      "GET /orders/{id}/shipments": "retailer warehouse customer",
      "GET /orders/{id}/packing-slip": "retailer warehouse customer",
      "POST /orders/{id}/returns": "retailer warehouse",
      "GET /orders/{id}/returns": "retailer warehouse customer",
      "DELETE /orders/{id}": "retailer",
      "GET /orders/{id}/events": "retailer warehouse customer",

      "POST /products": "retailer",
      "GET /products": "retailer warehouse",
      "GET /products/{id}": "retailer warehouse",
      "PATCH /products/{id}": "retailer",
      "DELETE /products/{id}": "retailer",
      "POST /products/{id}/stock": "retailer warehouse",
      "PUT /products/{id}/stock": "retailer warehouse",
      "GET /products/{id}/stock": "retailer warehouse",
      "POST /stock": "retailer warehouse",

      "GET /search": "retailer warehouse",

      "GET /events": "retailer warehouse",
      "GET /events/{position}": "retailer warehouse",

      "GET /exports/orders": "retailer warehouse",
      "GET /exports/customers": "retailer",
      "GET /exports/products": "retailer warehouse",
      "GET /exports/stock": "retailer warehouse",
      "GET /exports/events": "retailer warehouse",

      "GET /reports/customers": "retailer",
      "GET /reports/customers/{customer_id}": "retailer",
      "GET /reports/days": "retailer",
      "GET /reports/products": "retailer",

      "GET /tokens": "",
      "POST /tokens": "",
      "GET /tokens/{number}": "",
      "POST /tokens/{number}/rotate": "",
      "DELETE /tokens/{number}": "",

      "POST /console/session": "anyone",
      "GET /console/session": "retailer warehouse customer",
      "DELETE /console/session": "anyone",

      "GET /views": "retailer warehouse",
      "POST /views": "retailer warehouse",
      "GET /views/{id}": "retailer warehouse",
      "PUT /views/{id}": "retailer warehouse",
      "DELETE /views/{id}": "retailer warehouse",

      "GET /system": "",
    ],
    envelope: ["code", "documentation", "errors", "message", "request_id"],
    changes: [
      Change("POST /orders", "/orders", #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#),
      Change(
        "PATCH /orders/{id}", "/orders/{order}",
        #"{"items":[{"product_id":"dime","quantity":2}]}"#),
      Change("PATCH /orders/{id}/status", "/orders/{order}/status", #"{"status":"in_progress"}"#),
      Change(
        "PATCH /orders/{id}/shipping", "/orders/{order}/shipping", #"{"carrier":"Demo Carrier"}"#),
      Change(
        "POST /orders/{id}/shipments", "/orders/{completed}/shipments",
        #"{"carrier":"Demo Carrier"}"#),
      Change(
        "POST /orders/{id}/returns", "/orders/{completed}/returns",
        #"{"items":[{"product_id":"dime","quantity":1}]}"#),
      Change("DELETE /orders/{id}", "/orders/{order}"),
      Change(
        "POST /orders/batch", "/orders/batch",
        #"""
        {"mode":"all","orders":[
          {"customer_id":"c","items":[{"quantity":1,"product_id":"dime"}],"reference":"r"},
          {"customer_id":"first seen","items":[{"quantity":1,"price":1}],"tags":["t"]}]}
        """#),
      Change(
        "POST /orders/status", "/orders/status",
        #"{"status":"in_progress","orders":[{"id":3},{"id":1,"version":9}]}"#),
      Change("POST /customers", "/customers", #"{"id":"new","name":"Demo Customer 1"}"#),
      Change("PATCH /customers/{id}", "/customers/c", #"{"name":"Demo Customer 2"}"#),
      Change("POST /products", "/products", #"{"id":"new","name":"New","price":1}"#),
      Change("PATCH /products/{id}", "/products/new", #"{"price":2}"#),
      Change("POST /products/{id}/stock", "/products/new/stock", #"{"delta":3}"#),
      Change("PUT /products/{id}/stock", "/products/new/stock", #"{"count":7}"#),
      Change("POST /stock", "/stock", #"{"items":[{"product_id":"new","delta":1}]}"#),
      Change("DELETE /products/{id}", "/products/new"),
      Change("POST /tokens", "/tokens", #"{"role":"warehouse","name":"tablet"}"#),
      Change("POST /tokens/{number}/rotate", "/tokens/{token}/rotate", "{}"),
      Change("DELETE /tokens/{number}", "/tokens/{token}"),
      Change("POST /views", "/views", #"{"name":"Late","screen":"orders","query":"status=new"}"#),
      Change("PUT /views/{id}", "/views/{view}", #"{"name":"x","screen":"orders","query":""}"#),
      Change("DELETE /views/{id}", "/views/{view}"),
    ],
    order: #"{"customer_id":"c","items":[{"quantity":1,"product_id":"dime"}]}"#,
    prepare: { client, _, route in
      switch route.path.text.split(separator: "/")[0] {
      case "orders":
        let order = try await client.place(
          #"{"customer_id":"c-1","items":[{"product_id":"keyboard","quantity":1}]}"#)
        return [try #require(order["number"]?.written)]
      case "products": return ["keyboard"]
      case "tokens":
        let token = try await TokenRepository(client.database).create(
          NewToken(role: .warehouse, name: Name("tablet")!)!)
        return ["\(token.1.number)"]
      case "views":
        let name = "view \(UInt32.random(in: 0...(.max)))"
        let view = try await client.send(
          "POST", "/views", #"{"name":"\#(name)","screen":"orders","query":""}"#)
        return [try #require(try view.json["id"]?.written)]
      default: return ["c-1"]
      }
    },
    guarded: { client, guarded in
      let order = try await client.send(
        "POST", "/orders",
        #"{"customer_id":"demo-a","items":[{"product_id":"dime","quantity":2}]}"#,
        fields: ["Content-Type: application/json", guarded.bearer(.retailer)])
      try await client.sequence()
      let token = try await client.send(
        "POST", "/tokens", #"{"role":"warehouse"}"#,
        fields: ["Content-Type: application/json", guarded.bearer(.admin)])
      let view = try await client.send(
        "POST", "/views", #"{"name":"Late","screen":"orders","query":""}"#,
        fields: ["Content-Type: application/json", guarded.bearer(.retailer)])
      return [
        "/tokens/{number}": try #require(try token.json["number"]?.written),
        "/views/{id}": try #require(try view.json["id"]?.written),
        "/orders/{id}": try #require(try order.json["id"]?.text), "/customers/{id}": "demo-a",
        "/products/{id}": "dime", "/events/{position}": "1",
        "/reports/customers/{customer_id}": "demo-a",
      ]
    })

  static let operations = TestedContract(
    contract: Operations.contract(metricsAccess: .admin),
    rights: [
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
    ],
    envelope: ["code", "documentation", "errors", "message", "request_id"],
    prepare: { _, _, _ in ["pages.css"] }, guarded: { _, _ in ["/docs/{file}": "pages.css"] })
}
