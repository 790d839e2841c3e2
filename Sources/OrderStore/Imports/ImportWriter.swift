import Orders
import Postgres

/// Writes rows of a file in a transaction, or only looks what the database has against them.
struct ImportWriter {
  let transaction: Transaction
  /// The number of the import; 0 when rows are only looked at.
  let number: Int
  /// Whether rows change what exists already.
  let changes: Bool
  let takesStock: Bool
  let introducesCustomers: Bool
  /// Numbers for the rows that have none.
  let numbers: [Int]

  private var writes: Bool { number != 0 }

  /// What became of the rows. When there is a fault, nothing was written.
  struct Outcome {
    var faults: [PlacedFault] = []
    var created = 0
    var changed = 0
  }

  /// A fault of one of the rows.
  struct PlacedFault {
    let place: Int
    let fault: ImportFault

    func refusal(_ lines: [Int]) -> ImportRefusal {
      ImportRefusal(line: lines[place], fault: fault)
    }
  }

  /// Writes rows of one kind.
  func write(_ rows: [ImportedRow]) async throws(PostgresError) -> Outcome {
    switch rows.first {
    case .product:
      return try await write(
        products: rows.compactMap { if case .product(let row) = $0 { row } else { nil } })
    case .customer:
      return try await write(
        customers: rows.compactMap { if case .customer(let row) = $0 { row } else { nil } })
    case .order:
      return try await write(
        orders: rows.compactMap { if case .order(let row) = $0 { row } else { nil } })
    case nil: return Outcome()
    }
  }

  private func write(products: [ImportedProduct]) async throws(PostgresError) -> Outcome {
    let rows = try await transaction.run(
      """
      SELECT existing::text, incomplete::text, created, changed
        FROM import_products(
                 \(number), \(writes), \(changes), \(takesStock), \(products.map(\.given.rawValue)),
                 \(products.map(\.id.value)), \(numbers(products.map(\.identity.number))),
                 \(products.map(\.name)), \(products.map(\.description)),
                 \(products.map(\.price?.decimal))::numeric[], \(products.map(\.stock)),
                 \(products.map(\.reorderLevel)), \(products.map(\.retiredAt?.raw)),
                 \(products.map(\.identity.version)), \(products.map(\.identity.createdAt.raw)),
                 \(products.map(\.identity.updatedAt.raw)))
      """)
    var outcome = Outcome(created: try rows[0].int(2), changed: try rows[0].int(3))
    outcome.faults =
      try rows[0].places(0).map {
        PlacedFault(
          place: $0, fault: ImportFault("id", "\(products[$0].id.value) exists already"))
      }
      + rows[0].places(1).map {
        PlacedFault(
          place: $0,
          fault: ImportFault(
            "id",
            "\(products[$0].id.value) does not exist, and a new product needs a name and a price"))
      }
    return outcome
  }

  private func write(customers: [ImportedCustomer]) async throws(PostgresError) -> Outcome {
    let rows = try await transaction.run(
      """
      SELECT existing::text, created, changed
        FROM import_customers(
                 \(number), \(writes), \(changes), \(customers.map(\.given.rawValue)),
                 \(customers.map(\.id.value)), \(numbers(customers.map(\.identity.number))),
                 \(customers.map(\.name)), \(customers.map(\.email)), \(customers.map(\.shipTo)),
                 \(customers.map(\.identity.version)), \(customers.map(\.identity.createdAt.raw)),
                 \(customers.map(\.identity.updatedAt.raw)))
      """)
    var outcome = Outcome(created: try rows[0].int(1), changed: try rows[0].int(2))
    outcome.faults = try rows[0].places(0).map {
      PlacedFault(place: $0, fault: ImportFault("id", "\(customers[$0].id.value) exists already"))
    }
    return outcome
  }

  /// The rows' own numbers, and those that were drawn for the others.
  private func numbers(_ own: [Int?]) -> [Int?] {
    var drawn = numbers[...]
    return own.map { $0 ?? drawn.popFirst() }
  }

  private func write(orders: [ImportedOrder]) async throws(PostgresError) -> Outcome {
    let found = try await lookUp(orders)
    var outcome = Outcome(faults: found.faults)
    let existing = found.holders.sorted { $0.key < $1.key }
    let known = existing.map { orders[$0.key] }
    let numbers = existing.map(\.value)
    let refused = try await change(known, numbers, writes: false)
    outcome.faults += refused.faults.map {
      PlacedFault(place: existing[$0.place].key, fault: $0.fault)
    }
    guard outcome.faults.isEmpty, writes else { return outcome }

    let places = orders.indices.filter { found.holders[$0] == nil }
    outcome.faults = try await create(places.map { orders[$0] }).map {
      PlacedFault(place: places[$0.place], fault: $0.fault)
    }
    guard outcome.faults.isEmpty else { return outcome }
    outcome.created = places.count
    outcome.changed = try await change(known, numbers, writes: true).changed
    return outcome
  }

  /// What the database has against orders, and the numbers of those that exist and are to change.
  private func lookUp(
    _ orders: [ImportedOrder]
  ) async throws(PostgresError) -> (faults: [PlacedFault], holders: [Int: Int]) {
    var unpriced: (places: [Int32], lines: [Int32], products: [String?]) = ([], [], [])
    for (place, order) in orders.enumerated() {
      for (index, line) in order.lines.enumerated() where line.price == nil {
        unpriced.places.append(Int32(place + 1))
        unpriced.lines.append(Int32(index))
        unpriced.products.append(line.product)
      }
      // A line of a product that the catalogue does not know becomes a free one, of which nothing
      // can come back.
      for item in order.returns where order.channel.kind == .stocked {
        unpriced.places.append(Int32(place + 1))
        unpriced.lines.append(Self.ofReturns)
        unpriced.products.append(item.product)
      }
    }
    let rows = try await transaction.run(
      """
      SELECT place, finding, holder
        FROM look_up_orders(
                 \(orders.map(\.id.raw)), \(orders.map(\.channel.rawValue)),
                 \(orders.map(\.reference)),
                 \(introducesCustomers ? [] : orders.map(\.customer)), \(unpriced.places),
                 \(unpriced.lines), \(unpriced.products))
      """)
    var faults: [Int: ImportFault] = [:]
    var holders: [Int: Int] = [:]
    for row in rows {
      let place = try row.int(0) - 1
      let order = orders[place]
      let finding: Finding = try row.word(1)
      switch finding {
      case .id, .reference:
        let holder = try row.int(2)
        let other = holders.updateValue(holder, forKey: place)
        guard !changes || (other ?? holder) != holder else { continue }
        faults[place] =
          finding == .id
          ? ImportFault("id", "\(order.id) exists already, as order \(holder)")
          : ImportFault("reference", "\"\(order.reference ?? "")\" is that of order \(holder)")
      case .customer:
        faults[place] = ImportFault(
          "customer_id", "there is no customer \"\(order.customer ?? "")\"")
      case .price:
        let line = try row.int(2)
        faults[place] =
          line == Int(Self.ofReturns)
          ? ImportFault("returns", "are of a product that the catalogue does not know")
          : ImportFault(
            "items[\(line)].price", "is required, as the catalogue does not know the product")
      }
    }
    let placed = faults.sorted { $0.key < $1.key }
    return (placed.map { PlacedFault(place: $0.key, fault: $0.value) }, changes ? holders : [:])
  }

  /// Stands for the index of a line where a product is looked up for what has come back of it.
  private static let ofReturns: Int32 = -1

  /// What `look_up_orders()` finds.
  private enum Finding: String { case id, reference, customer, price }

  private func create(_ orders: [ImportedOrder]) async throws(PostgresError) -> [PlacedFault] {
    guard !orders.isEmpty else { return [] }
    let rows = try await transaction.run(NewOrders(orders).statement(number, takesStock))
    let products = try (rows[0].optionalText(1) ?? "").split(separator: ",")
    return try zip(rows[0].places(0), products).map { place, product in
      PlacedFault(
        place: place, fault: ImportFault("items", "there is not enough of \(product) in stock"))
    }
  }

  private func change(
    _ orders: [ImportedOrder], _ numbers: [Int], writes: Bool
  ) async throws(PostgresError) -> Outcome {
    guard !orders.isEmpty else { return Outcome() }
    let rows = try await transaction.run(
      """
      SELECT place, column_name, problem, changed
        FROM change_orders_by_import(
                 \(number), \(writes), \(numbers), \(orders.map(\.given.rawValue)),
                 \(orders.map(\.status.rawValue)), \(orders.map(\.carrier)),
                 \(orders.map(\.trackingNumber)), \(orders.map(\.shipTo)), \(orders.map(\.note)),
                 \(orders.map(\.tags)), \(orders.map(\.metadata)), \(orders.map(\.customer)),
                 \(orders.map { Int32(clamping: $0.totalQuantity) }),
                 \(orders.map { $0.totalCents?.amount })::numeric[])
                 AS c (refused, columns, problems, changed)
        LEFT JOIN unnest(c.refused, c.columns, c.problems)
                      AS r (place, column_name, problem) ON true
      """)
    var outcome = Outcome(changed: try rows[0].int(3))
    for row in rows where !row.isNull(0) {
      outcome.faults.append(
        PlacedFault(
          place: try row.int(0) - 1, fault: ImportFault(try row.text(1), try row.text(2))))
    }
    return outcome
  }
}

extension Row {
  /// Places, counted from 0, of an array of such counted from 1 as PostgreSQL writes it.
  fileprivate func places(_ column: Int) throws(PostgresError) -> [Int] {
    let text = try optionalText(column) ?? ""
    return text.split { !$0.isNumber }.compactMap { Int($0) }.map { $0 - 1 }
  }
}
