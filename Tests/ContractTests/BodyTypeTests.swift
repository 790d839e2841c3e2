import JSON
import TestSupport
import Testing

@testable import OrderAPI

@Suite("What a body says of itself") struct BodyTypeTests {
  /// A call of each contract that takes a body, and one that it takes.
  static let calls: [(target: String, body: String)] = [
    ("/orders", #"{"customer_id":"a","items":[{"product_id":"dime","quantity":1}]}"#),
    ("/storefront/orders", #"{"customerId":"a","products":[{"productId":"x","quantity":1}]}"#),
    ("/fulfilment/order", #"{"id":"o-1"}"#),
    ("/store/customers", #"{"email":"a@example.org","name":"A"}"#),
  ]

  @Test(
    "may name the one right character set, in any way to write it",
    arguments: [
      "application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8",
      "APPLICATION/JSON ; charset=\"utf-8\"", "application/json; charset=\"Utf-8\"; x=y",
      "application/json; version=1",
    ])
  func accepted(_ type: String) async throws {
    try await asking(Shelf.standard) { client in
      for call in Self.calls {
        let answer = try await client.send(
          "POST", call.target, call.body, fields: ["Content-Type: \(type)"])
        #expect(answer.status == 201, "\(call.target): \(answer.body)")
      }
    }
  }

  @Test(
    "is refused where it is of another type or character set",
    arguments: [
      "application/json; charset=latin1", "application/json; charset=utf-16",
      "application/json;x=y;CHARSET=iso-8859-1", "application/json; charset=\"utf-8", "text/json",
      "application/json; charset=", "application/jsonx", "application/json charset=utf-8",
    ])
  func refused(_ type: String) async throws {
    try await asking(Shelf.standard) { client in
      for call in Self.calls {
        let answer = try await client.send(
          "POST", call.target, call.body, fields: ["Content-Type: \(type)"])
        #expect(answer.status == 415, "\(call.target): \(answer.body)")
      }
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
    }
  }

  @Test(
    "is refused where it is compressed, and told how it may be sent",
    arguments: ["gzip", "br", "GZIP", "identity, gzip", "gzip\r\nContent-Encoding: identity"])
  func encoded(_ coding: String) async throws {
    try await asking(Shelf.standard) { client in
      let places = client.routes
      for call in Self.calls {
        let answer = try await client.send(
          "POST", call.target, call.body,
          fields: ["Content-Type: application/json", "Content-Encoding: \(coding)"])
        #expect(answer.status == 415 && answer.fields["Accept-Encoding"] == "identity")
        try #require(places.first { $0.template == "POST \(call.target)" }).expectEnvelope(answer)
      }
      #expect(try await client.number("SELECT count(*) FROM orders") == 0)
    }
  }

  @Test("may say that it is not encoded") func identity() async throws {
    try await asking(Shelf.standard) { client in
      for call in Self.calls {
        let answer = try await client.send(
          "POST", call.target, call.body,
          fields: ["Content-Type: application/json", "Content-Encoding: Identity"])
        #expect(answer.status == 201)
      }
    }
  }
}
