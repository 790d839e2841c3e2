import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The storefront")
struct StorefrontContractTests {
  static let order = """
    {"customerId":"12345","products":[{"productId":"product-1","quantity":2},\
    {"productId":"product-2","quantity":1}]}
    """

  @Test("places an order and answers exactly eight keys")
  func transcript() async throws {
    let answer = try await ordering { client in
      try await client.send("POST", "/storefront/orders", Self.order)
    }

    let id = try #require(try answer.json["id"]?.text)
    let createdAt = try #require(try answer.json["createdAt"]?.text)
    #expect(answer.status == 201)
    #expect(id.wholeMatch(of: #/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/#) != nil)
    #expect(createdAt.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#) != nil)
    #expect(
      answer.body == """
        {"customerId":"12345","products":[{"productId":"product-1","quantity":2},\
        {"productId":"product-2","quantity":1}],"trackingCompany":null,"trackingNumber":null,\
        "id":"\(id)","status":"processing","createdAt":"\(createdAt)","updatedAt":"\(createdAt)"}
        """)
  }

  @Test("lets an order be delivered, shipped after that, and deleted")
  func life() async throws {
    try await ordering { client in
      let placed = try await client.placeInStorefront()
      let address = "/storefront/orders/\(try placed.text("id"))"

      let delivered = try await client.send(
        "PATCH", address + "/status", #"{"status":"delivered"}"#)
      let shipped = try await client.send(
        "PATCH", address + "/shipping",
        #"{"trackingCompany":"FedEx","trackingNumber":"1234567890"}"#)
      let deleted = try await client.send("DELETE", address, fields: [])

      #expect(delivered.status == 200 && shipped.status == 200)
      #expect(
        shipped.timeless == """
          {"customerId":"12345","products":[{"productId":"product-1","quantity":2},\
          {"productId":"product-2","quantity":1}],"trackingCompany":"FedEx",\
          "trackingNumber":"1234567890","id":"\(try placed.text("id"))","status":"delivered",\
          "createdAt":"T","updatedAt":"T"}
          """)
      let times = try [placed, delivered.json, shipped.json].map { try $0.text("updatedAt") }
      #expect(times == times.sorted() && Set(times).count == 3, "\(times)")
      #expect(try shipped.json.text("createdAt") == placed.text("createdAt"))
      #expect(deleted.status == 200 && deleted.body.isEmpty && deleted.fields.isEmpty)
    }
  }

  @Test("moves from any status to any, also to the same, and updatedAt with it")
  func anyToAny() async throws {
    try await ordering { client in
      let placed = try await client.placeInStorefront()
      let address = "/storefront/orders/\(try placed.text("id"))/status"
      var last = try placed.text("updatedAt")
      let words = ["processing", "canceled", "delivered"]
      for word in words.flatMap({ word in words.flatMap { [word, $0] } }) {
        let answer = try await client.send("PATCH", address, #"{"status":"\#(word)"}"#)

        #expect(answer.status == 200)
        #expect(try answer.json.text("status") == word)
        let time = try answer.json.text("updatedAt")
        #expect(time > last, "\(word)")
        last = time
      }
    }
  }

  @Test(
    "changes one shipping field and keeps the other; null clears; the same again moves the time")
  func shipping() async throws {
    try await ordering { client in
      let placed = try await client.placeInStorefront()
      let address = "/storefront/orders/\(try placed.text("id"))/shipping"
      var last = try placed.text("updatedAt")
      for (body, fields) in [
        (#"{"trackingCompany":"FedEx"}"#, #""trackingCompany":"FedEx","trackingNumber":null"#),
        (#"{"trackingNumber":"1"}"#, #""trackingCompany":"FedEx","trackingNumber":"1""#),
        (#"{"trackingNumber":"1"}"#, #""trackingCompany":"FedEx","trackingNumber":"1""#),
        (#"{"trackingCompany":null}"#, #""trackingCompany":null,"trackingNumber":"1""#),
        (#"{"trackingCompany":"é","id":7}"#, #""trackingCompany":"é","trackingNumber":"1""#),
      ] {
        let answer = try await client.send("PATCH", address, body)

        #expect(answer.status == 200 && answer.body.contains(fields), "\(body): \(answer.body)")
        let time = try answer.json.text("updatedAt")
        #expect(time > last, "\(body)")
        last = time
      }
    }
  }

  @Test("echoes products unchanged and in order, also one that is named twice")
  func echo() async throws {
    let long = String(repeating: "ü", count: 255)
    let products = """
      [{"productId":"b","quantity":2},{"productId":"a / \\"q\\"","quantity":1},\
      {"productId":"b","quantity":1000000},{"productId":"\(long)","quantity":1}]
      """

    let answers = try await ordering { client in
      let placed = try await client.placeInStorefront(
        #"{"customerId":"Zoë, \"the\" / one","products":\#(products)}"#)
      let moved = try await client.send(
        "PATCH", "/storefront/orders/\(try placed.text("id"))/status", #"{"status":"canceled"}"#)
      return [placed, try moved.json]
    }

    for answer in answers {
      #expect(answer["products"]?.written == products)
      #expect(try answer.text("customerId") == #"Zoë, "the" / one"#)
    }
  }

  @Test("ignores what else stands in a body, and stores none of it")
  func massAssignment() async throws {
    let extra = #""id":"x","status":"delivered","createdAt":"2001-01-01","channel":"api""#
    let foreign = "d92eabd2-e167-4bba-b272-09a86b9519dd"
    try await ordering { client in
      let placed = try await client.placeInStorefront(
        """
        {"customerId":"c",\(extra),"updatedAt":1,"trackingCompany":"T","version":9,
         "products":[{"productId":"p","quantity":1,"price":0,"id":"\(foreign)"}]}
        """)

      #expect(try placed.text("status") == "processing" && placed.text("id") != "x")
      #expect(placed["trackingCompany"]?.written == "null")
      #expect(placed["products"]?.written == #"[{"productId":"p","quantity":1}]"#)
      let moved = try await client.send(
        "PATCH", "/storefront/orders/\(try placed.text("id"))/status",
        #"{"status":"canceled","id":"\#(foreign)","createdAt":"2001-01-01","customerId":"d"}"#)
      #expect(try moved.json.text("id") == placed.text("id"))
      #expect(try moved.json.text("createdAt") == placed.text("createdAt"))
      #expect(try moved.json.text("customerId") == "c")
    }
  }

  @Test("takes the catalogue's price where it knows the product, and never its stock")
  func catalogue() async throws {
    try await ordering { client in
      let placed = try await client.placeInStorefront(
        """
        {"customerId":"c","products":[{"productId":"webcam","quantity":2},
         {"productId":"nobody knows","quantity":1}]}
        """)
      let id = try placed.text("id")
      let seen = try await client.get("/orders/\(id)")
      #expect(
        try seen.json["items"]?.written == """
          [{"product_id":"webcam","name":"Webcam","quantity":2,"price":59.00,"amount":118.00},\
          {"product_id":"nobody knows","name":null,"quantity":1,"price":0.00,"amount":0.00}]
          """)
      _ = try await client.send(
        "PATCH", "/storefront/orders/\(id)/status", #"{"status":"canceled"}"#)
      #expect(try await client.get("/products/webcam").json["stock"]?.written == "0")
    }
  }

  @Test("has its orders in the own API, and the delivered ones in the report")
  func ownAPI() async throws {
    try await ordering { client in
      var ids: [String] = []
      for _ in 0..<3 { ids.append(try await client.placeInStorefront().text("id")) }
      _ = try await client.send(
        "PATCH", "/storefront/orders/\(ids[0])/status", #"{"status":"delivered"}"#)
      _ = try await client.send("DELETE", "/storefront/orders/\(ids[1])")

      let listed = try await client.walk("/orders?channel=storefront").map { try $0.text("status") }
      try await client.refresh()
      let report = try await client.get("/reports/customers/12345")

      #expect(listed == ["new", "completed"])
      #expect(try report.json["orders"]?.written == "1")
      #expect(try report.json["total_quantity"]?.written == "3")
    }
  }

  @Test("shows what the warehouse made of an order in its own words")
  func warehouse() async throws {
    try await ordering { client in
      let id = try await client.placeInStorefront().text("id")
      for (status, word) in [("in_progress", "processing"), ("completed", "delivered")] {
        let moved = try await client.send(
          "PATCH", "/orders/\(id)/status", #"{"status":"\#(status)"}"#)
        #expect(moved.status == 200)
        let answer = try await client.send(
          "PATCH", "/storefront/orders/\(id)/shipping", #"{"trackingCompany":"FedEx"}"#)
        #expect(try answer.json.text("status") == word)
      }
    }
  }
}

extension ContractClient {
  /// Places an order that must be accepted; its document.
  func placeInStorefront(
    _ body: String = StorefrontContractTests.order
  ) async throws -> JSONValue {
    let answer = try await send("POST", "/storefront/orders", body)
    try #require(answer.status == 201, "\(answer.body)")
    return try answer.json
  }
}

extension JSONValue {
  /// The text of a member that must be there.
  func text(_ key: String) throws -> String { try #require(self[key]?.text) }
}
