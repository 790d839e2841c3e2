import JSON
import Postgres
import TestSupport
import Testing

@testable import OrderAPI

@Suite("The storefront, asked from two loops at once")
struct StorefrontConcurrencyTests {
  /// Sends `count` requests from each of two loops at the same moment; all answers.
  private func twice(
    _ count: Int, of conninfo: String,
    _ request: @escaping @Sendable (ContractClient, Int) async throws -> ContractAnswer
  ) async throws -> [ContractAnswer] {
    @Sendable func once(_ first: Int) async throws -> [ContractAnswer] {
      try await asking(of: conninfo) { client in
        try await together(count, on: client.database.loop) { number in
          await Result { try await request(client, first + number) }
        }.map { try $0.get() }
      }
    }
    async let one = once(0)
    async let other = once(count)
    return try await one + other
  }

  @Test("gives every accepted change a later time, and keeps them all in the history")
  func changes() async throws {
    let conninfo = try await MigratedDatabase.make()
    let placed = try await asking(of: conninfo) { try await $0.placeInStorefront() }
    let address = "/storefront/orders/\(try placed.text("id"))"
    let words = ["processing", "canceled", "delivered"]

    let answers = try await twice(24, of: conninfo) { client, number in
      number.isMultiple(of: 4)
        ? try await client.send(
          "PATCH", address + "/shipping", #"{"trackingNumber":"\#(number)"}"#)
        : try await client.send(
          "PATCH", address + "/status", #"{"status":"\#(words[number % 3])"}"#)
    }

    #expect(answers.allSatisfy { $0.status == 200 })
    let times = try answers.map { try $0.json.text("updatedAt") }
    #expect(Set(times).count == 48)
    let version = try await asking(of: conninfo) { client in
      try await Invariants.check(client.owner)
      return try await client.get("/orders/\(try placed.text("id"))").json["version"]?.written
    }
    #expect(version == "49")
  }

  @Test("deletes an order once; all others are told that there is none")
  func deletes() async throws {
    let conninfo = try await MigratedDatabase.make()
    let id = try await asking(of: conninfo) { try await $0.placeInStorefront().text("id") }

    let answers = try await twice(10, of: conninfo) { client, _ in
      try await client.send("DELETE", "/storefront/orders/\(id)")
    }

    #expect(answers.count { $0.status == 200 && $0.body.isEmpty } == 1)
    #expect(answers.count { $0.status == 404 } == 19)
  }

  @Test("places orders of the same products and customers beside one another")
  func places() async throws {
    let conninfo = try await MigratedDatabase.make()

    let answers = try await twice(50, of: conninfo) { client, number in
      let products = ["a", "b", "c"].map { #"{"productId":"\#($0)","quantity":\#(number + 1)}"# }
      let asked = number.isMultiple(of: 2) ? products : products.reversed()
      return try await client.send(
        "POST", "/storefront/orders",
        #"{"customerId":"c\#(number % 3)","products":[\#(asked.joined(separator: ","))]}"#)
    }

    #expect(answers.allSatisfy { $0.status == 201 })
    #expect(Set(try answers.map { try $0.json.text("id") }).count == 100)
    try await asking(of: conninfo) { try await Invariants.check($0.owner) }
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do {
      self = .success(try await body())
    } catch {
      self = .failure(error)
    }
  }
}
