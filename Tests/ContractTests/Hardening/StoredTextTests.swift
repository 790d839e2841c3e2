import HTTP
import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A text that somebody sends")
struct StoredTextTests {
  /// Where a text can be sent, and where it is found in the answer and in what is read again.
  struct Place: CustomTestStringConvertible, Sendable {
    let request: String
    let body: String
    let found: [String]
    /// Where to read it again; where the answer says when nil.
    var reading: String?
    /// Where it is found there, when that is elsewhere.
    var foundAgain: [String]?

    var testDescription: String { "\(request) \(found.joined(separator: "."))" }
  }

  static let places: [Place] = [
    Place(request: "POST /customers", body: #"{"name":TEXT}"#, found: ["name"]),
    Place(
      request: "PATCH /customers/c-1", body: #"{"name":TEXT}"#, found: ["name"],
      reading: "/customers/c-1"),
    Place(
      request: "POST /products", body: #"{"id":"p-N","name":TEXT,"price":1}"#, found: ["name"]),
    Place(
      request: "POST /products", body: #"{"id":"p-N","name":"n","description":TEXT,"price":1}"#,
      found: ["description"]),
    Place(
      request: "POST /orders",
      body: #"{"customer_id":"c-1","items":[{"name":TEXT,"quantity":1,"price":1}]}"#,
      found: ["items", "0", "name"]),
    Place(
      request: "POST /orders",
      body: #"{"customer_id":"c-1","reference":TEXT,"items":[{"quantity":1,"price":1}]}"#,
      found: ["reference"]),
    Place(
      request: "POST /orders", body: #"{"customer_id":TEXT,"items":[{"quantity":1,"price":1}]}"#,
      found: ["customer_id"]),
    Place(
      request: "PATCH /orders/1/shipping", body: #"{"carrier":TEXT}"#,
      found: ["shipping", "carrier"],
      reading: "/orders/1"),
    Place(
      request: "PATCH /orders/1/shipping", body: #"{"tracking_number":TEXT}"#,
      found: ["shipping", "tracking_number"], reading: "/orders/1"),
    Place(
      request: "POST /orders/1/shipments",
      body: #"{"tracking_number":TEXT,"items":[{"quantity":1}]}"#,
      found: ["shipping", "tracking_number"], reading: "/orders/1"),
    Place(
      request: "POST /storefront/orders",
      body: #"{"customerId":TEXT,"products":[{"productId":"p","quantity":1}]}"#,
      found: ["customerId"]),
    Place(
      request: "POST /storefront/orders",
      body: #"{"customerId":"1","products":[{"productId":TEXT,"quantity":1}]}"#,
      found: ["products", "0", "productId"]),
    Place(
      request: "PATCH /storefront/orders/UUID/shipping", body: #"{"trackingCompany":TEXT}"#,
      found: ["trackingCompany"], reading: "/orders/UUID", foundAgain: ["shipping", "carrier"]),
    Place(
      request: "PATCH /storefront/orders/UUID/shipping", body: #"{"trackingNumber":TEXT}"#,
      found: ["trackingNumber"], reading: "/orders/UUID",
      foundAgain: ["shipping", "tracking_number"]),
    Place(request: "POST /fulfilment/order", body: #"{"id":TEXT}"#, found: ["id"]),
    Place(
      request: "POST /store/customers", body: #"{"name":TEXT,"email":"a@example.org"}"#,
      found: ["name"]),
    Place(request: "POST /customers", body: #"{"id":TEXT,"name":"n"}"#, found: ["id"]),
    Place(
      request: "PATCH /products/keyboard", body: #"{"name":TEXT}"#, found: ["name"],
      reading: "/products/keyboard"),
    Place(
      request: "PATCH /products/keyboard", body: #"{"description":TEXT}"#, found: ["description"],
      reading: "/products/keyboard"),
    Place(
      request: "POST /views", body: #"{"name":TEXT,"screen":"orders","query":""}"#,
      found: ["name"]),
    Place(
      request: "PUT /views/VIEW", body: #"{"name":"n","screen":"orders","query":TEXT}"#,
      found: ["query"], reading: "/views/VIEW"),
    Place(
      request: "POST /products/keyboard/stock", body: #"{"delta":1,"reason":TEXT}"#, found: [],
      reading: "/products/keyboard/stock?limit=1", foundAgain: ["items", "0", "reason"]),
  ]

  @Test("comes back as it was, or is refused", arguments: places)
  func equal(_ place: Place) async throws {
    try await ordering { client in
      _ = try await client.place(#"{"customer_id":"c-1","items":[{"quantity":99,"price":1}]}"#)
      let bought = try await client.send(
        "POST", "/storefront/orders",
        #"{"customerId":"1","products":[{"productId":"p","quantity":1}]}"#)
      let uuid = try #require(try bought.json["id"]?.text)
      let view = try await client.send(
        "POST", "/views", #"{"name":"view","screen":"orders","query":""}"#)
      let id = try #require(try view.json["id"]?.written)
      let request = place.request.replacing("UUID", with: uuid).replacing("VIEW", with: id)
      var accepted = 0
      for (number, text) in (Hostile.texts + ["plain", " spaces ", "\u{1}", "\"\\/\u{8}\t"])
        .enumerated()
      {
        let body = place.body.replacing("TEXT", with: JSONValue.string(text).sent)
          .replacing("p-N", with: "p-\(number)")
        let words = request.split(separator: " ").map(String.init)
        let answer = try await client.send(words[0], words[1], body)

        guard answer.status != 400 else { continue }
        accepted += 1
        try #require(answer.status < 300, "\(text): \(answer.body)")
        if !place.found.isEmpty {
          #expect(try answer.bytes(of: place.found) == Array(text.utf8), "\(answer.body)")
        }
        guard let reading = place.reading ?? answer.fields["Location"] else { continue }
        let again = try await client.get(
          reading.replacing("UUID", with: uuid).replacing("VIEW", with: id))
        let found = place.foundAgain ?? place.found
        #expect(try again.bytes(of: found) == Array(text.utf8), "\(again.body)")
      }
      #expect(accepted > 10)
    }
  }
}

extension ContractAnswer {
  /// The bytes of a text in it: two strings that look alike are equal, and need not be the same.
  fileprivate func bytes(of path: [String]) throws -> [UInt8]? {
    var value: JSONValue? = try json
    for key in path { value = Int(key).map { value?[$0] } ?? value?[key] }
    return value?.text.map { Array($0.utf8) }
  }
}
