package import Orders
import Postgres

/// Many orders at once: one statement, one commit, and an outcome for each order.
extension OrderRepository {
  /// Places orders, each or all; the outcomes come in the order given. With `.all`, nothing is
  /// placed when one of them is refused, whatever the outcomes of the others say.
  package func place(
    _ orders: [(id: OrderID, order: NewOrder)], _ mode: OrderBatch.Mode, by actor: String
  ) async throws(OrderError) -> [Result<PlacedOrder, OrderError>] {
    let placements = orders.map { id, order in placement(of: order, as: id, by: actor) }
    return try await mappingErrors { () throws(PostgresError) in
      switch mode {
      case .each: return try await groups.submit(WriteGroup(writes: placements))
      case .all: return try await wholes.submit(WholeBatch(placements: placements))
      }
    }
  }

  /// Moves orders to a status; the outcomes come in the order given. Each applies only to its
  /// version, or to any if none is given.
  package func move(
    _ orders: [(key: OrderKey, version: Int?)], to status: OrderStatus, in scope: OrderScope,
    by actor: String
  ) async throws(OrderError) -> [Result<Order, OrderError>] {
    let moves = orders.map { key, version in
      OrderMove(key: key, to: status, version: version, scope: scope, actor: actor)
    }
    let results = try await mappingErrors { () throws(PostgresError) in
      try await moveGroups.submit(WriteGroup(writes: moves))
    }
    return results.map { result in
      Result { () throws(OrderError) in
        try result.order { .cannotMove(from: $0.status, to: status) }
      }
    }
  }
}

/// Orders that are placed together or not at all.
struct WholeBatch: BatchedWrite {
  typealias Outcome = [OrderPlacement.Outcome]

  let placements: [OrderPlacement]

  /// The statement does one batch: another's refusal would undo it.
  static var limits: BatchLimits { WriteGroup<OrderPlacement>.limits }

  var rows: [RowToLock] { placements.flatMap(\.rows) }

  static func statement(_ batches: [WholeBatch], lockWait: Int?) -> SQL {
    precondition(batches.count == 1, "one batch at a time")
    return OrderPlacement.statement(
      batches[0].placements, lockWait: lockWait, calling: "place_all_orders")
  }

  static func hasEffect(_ outcomes: [OrderPlacement.Outcome]) -> Bool {
    outcomes.allSatisfy { OrderPlacement.hasEffect($0) }
  }

  static func outcomes(
    of batches: [WholeBatch], _ rows: Rows
  ) throws(PostgresError) -> [[OrderPlacement.Outcome]] {
    [try OrderPlacement.outcomes(of: batches[0].placements, rows)]
  }
}
