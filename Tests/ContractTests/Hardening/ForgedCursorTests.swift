import HTTP
import TestSupport
import Testing

@testable import OrderAPI

/// Nothing in a cursor is a secret, so anybody can make one with a right checksum.
@Suite("A forged cursor")
struct ForgedCursorTests {
  /// A list, the name in its cursors, and a position in it.
  struct List: CustomTestStringConvertible, Sendable {
    let target: String
    let name: String
    let position: [String]

    var testDescription: String { name }

    /// The address of the page that begins there.
    func page(at position: [String]) -> String {
      let cursor = Cursor.text(list: name, position)
      return "\(target)\(target.contains("?") ? "&" : "?")cursor=\(cursor)"
    }
  }

  private static let moment = ["1700000000000000", "5"]

  static let lists: [List] =
    [
      List(target: "/products", name: "products", position: ["5"]),
      List(target: "/products/keyboard/stock", name: "movements", position: moment),
      List(target: "/customers", name: "customers", position: ["5"]),
      List(target: "/customers/c-1/orders", name: "orders by -created_at", position: moment),
      List(target: "/orders", name: "orders by -created_at", position: moment),
      List(target: "/orders?sort=created_at", name: "orders by created_at", position: moment),
      List(target: "/orders/1/events", name: "events", position: ["5"]),
      List(target: "/orders/1/returns", name: "returns", position: ["5"]),
      List(target: "/orders/1/shipments", name: "shipments", position: ["5"]),
      List(target: "/orders?q=a", name: "orders found", position: moment),
      List(target: "/customers?q=a", name: "customers found", position: ["ann", "c-1"]),
      List(target: "/tokens", name: "tokens", position: ["5"]),
      List(target: "/views", name: "views", position: ["5"]),
      List(target: "/fulfilment/order", name: "fulfilment orders", position: moment),
      List(target: "/store/products", name: "store products", position: ["5"]),
      List(target: "/store/customers/1/orders", name: "store orders", position: moment),
    ]
    + [("customer_id", "c-1"), ("customer_name", "n"), ("orders", "5"), ("total_amount", "5.00")]
    .map {
      List(target: "/reports/customers?sort=\($0)", name: "report\($0)", position: [$1, "c-1"])
    }
    + [
      List(
        target: "/reports/days", name: "days -day", position: ["2026-01-31", "2026-01-31"]),
      List(
        target: "/reports/days?sort=orders&from=2026-01-01",
        name: "days orders 2026-01-01 to ", position: ["5", "2026-01-31"]),
      List(
        target: "/reports/products", name: "products sold -total_amount", position: ["5.00", "a"]),
      List(
        target: "/reports/products?from=2026-01-01&to=2026-01-31&sort=product_id",
        name: "products sold product_id 2026-01-01 to 2026-01-31", position: ["a", "a"]),
    ]

  @Test("is a place in the list or refused, whatever stands in it", arguments: lists)
  func hostile(_ list: List) async throws {
    try await ordering { client in
      _ = try await client.place(#"{"customer_id":"c-1","items":[{"quantity":1,"price":1}]}"#)
      let real = try await client.get(list.page(at: list.position))
      #expect(real.status == 200, "\(real.body)")
      let moments = ["-211813488000000000", "-62135596800000001", "253402300800000000"]
      let texts = (Hostile.numbers + Hostile.texts).filter { $0.utf8.count < 2_000 }
      let values = texts + moments + ["", " 5", "+5", "0x5", "5.0.0"]
      for place in list.position.indices {
        for value in values {
          var position = list.position
          position[place] = value
          let answer = try await client.get(list.page(at: position))
          #expect([200, 400].contains(answer.status), "\(place) \(value): \(answer.body)")
        }
      }
      let short = try await client.get(list.page(at: Array(list.position.dropLast())))
      let long = try await client.get(list.page(at: list.position + ["5"]))
      #expect(short.status == 400 && long.status == 400)
    }
  }

  @Test("was tried on every list that takes one")
  func complete() async throws {
    try await ordering { client in
      let taking = client.routes.filter { $0.route.description.queryNames.contains("cursor") }
      for entry in taking {
        let pattern = entry.template.split(separator: " ")[1].split(separator: "/")
        let isTried = Self.lists.contains { list in
          let path = list.target.prefix { $0 != "?" }.split(separator: "/")
          return path.count == pattern.count
            && zip(path, pattern).allSatisfy { $0 == $1 || $1.hasPrefix("{") }
        }
        #expect(isTried, "\(entry)")
      }
      #expect(taking.count == 16)
    }
  }
}
