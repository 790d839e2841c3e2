/// Transactions as people and programs write them, on orders, products, customers and stock: with
/// savepoints, rolled back, prepared, in any order. Two may lock rows in different orders, so
/// whoever runs them sets a `lock_timeout`.
package struct RandomTransactions {
  private static let placing = """
    SELECT waybill.place_orders(ARRAY[gen_random_uuid()], '{api}',
           ARRAY['c' || trunc(random() * 9)], '{NULL}', '{refuse}', '{test}', '{1}',
           ARRAY['p' || trunc(1 + random() * 5)], '{NULL}', '{1}', '{NULL}');
    """
  private static let changes = [
    placing, placing,
    "UPDATE waybill.orders SET status = 'cancelled' WHERE number = "
      + "(SELECT min(number) FROM waybill.orders WHERE status = 'new');",
    "UPDATE waybill.orders SET tracking_number = random()::text WHERE number = "
      + "(SELECT max(number) FROM waybill.orders);",
    "UPDATE waybill.products SET price = 1 + trunc(random() * 9) WHERE id = 'p1';",
    "SELECT waybill.adjust_stock('p2', 1, NULL, NULL, 'test');",
  ]

  /// Whether transactions are prepared, which a server must be set for.
  private let prepares: Bool
  /// The names of prepared transactions begin with this.
  private let name: String
  private var random: SeededRandom
  private var prepared: [String] = []
  private var count = 0

  package init(_ name: String, seed: UInt64, prepares: Bool) {
    self.name = name
    self.prepares = prepares
    random = SeededRandom(seed: seed)
  }

  /// The statements of the next one; one that was prepared is ended before another begins.
  package mutating func next() -> String {
    if let ready = prepared.popLast() {
      let end = Int.random(in: 0..<4, using: &random) == 0 ? "ROLLBACK" : "COMMIT"
      return "\(end) PREPARED '\(ready)'"
    }
    var statements = "BEGIN; " + change()
    if Bool.random(using: &random) {
      statements += "SAVEPOINT s; " + change()
      if Bool.random(using: &random) { statements += "ROLLBACK TO s; " }
      statements += "SAVEPOINT t; " + change()
    }
    if prepares, Int.random(in: 0..<5, using: &random) == 0 {
      count += 1
      prepared.append("\(name)-\(count)")
      return statements + "PREPARE TRANSACTION '\(prepared[0])'"
    }
    return statements + (Int.random(in: 0..<4, using: &random) == 0 ? "ROLLBACK" : "COMMIT")
  }

  /// The statement that ends what is prepared, if anything is.
  package var end: String? { prepared.last.map { "COMMIT PREPARED '\($0)'" } }

  /// Nothing is known of the last one, or it failed.
  package mutating func forget() { prepared = [] }

  private mutating func change() -> String { Self.changes.randomElement(using: &random)! }
}
