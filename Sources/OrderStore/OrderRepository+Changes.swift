package import Orders
import Postgres

/// Changes of one order: each a call of the database's function of that name, in one round trip.
/// `version`, when given, is the only one the change may meet; an order out of `scope` is unknown.
extension OrderRepository {
  /// Sets new quantities in a new order; the stock follows.
  package func edit(
    _ key: OrderKey, _ changes: [LineChange], version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    let products = changes.map(\.product.value)
    let quantities = changes.map { Int32(clamping: $0.quantity) }
    let row = try await change(
      "edit_order(\(key.sql), \(scope.sql), \(version), \(products), \(quantities), \(who))")
    switch row.outcome {
    case "emptied": throw .emptied
    case "too_many_lines": throw .tooManyLines
    case "unknown_product": throw .notOrderable(row.shortfalls.map(\.product))
    case "out_of_stock": throw .outOfStock(row.shortfalls)
    default: return try row.changed { .notEditable($0.status) }
    }
  }

  /// Moves an order to a status; when that is `cancelled`, its stock returns with it.
  package func move(
    _ key: OrderKey, to status: OrderStatus, version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    let row = try await moved(key, to: status, version: version, in: scope, by: who)
    return try row.changed { .cannotMove(from: $0.status, to: status) }
  }

  /// Cancels an order; its stock returns with it. An order that is cancelled already stays as it is
  /// and is returned, as a caller who repeats the request wants no more than that.
  package func cancel(
    _ key: OrderKey, version: Int?, in scope: OrderScope = .all, by who: String
  ) async throws(OrderError) -> Order {
    let row = try await moved(key, to: .cancelled, version: version, in: scope, by: who)
    if row.outcome == "refused", let order = row.order, order.status == .cancelled { return order }
    return try row.changed { .cannotMove(from: $0.status, to: .cancelled) }
  }

  private func moved(
    _ key: OrderKey, to status: OrderStatus, version: Int?, in scope: OrderScope, by who: String
  ) async throws(OrderError) -> ChangeRow {
    try await asking { () throws(PostgresError) in
      try await moves.submit(Move(key: key, to: status, version: version, scope: scope, who: who))
    }
  }

  /// Says who carries an order and under which number.
  package func ship(
    _ key: OrderKey, _ shipping: ShippingChange, version: Int?, in scope: OrderScope = .all,
    by who: String
  ) async throws(OrderError) -> Order {
    let carrier = shipping.carrier.columns(\.self)
    let tracking = shipping.trackingNumber.columns(\.self)
    let row = try await change(
      """
      ship_order(\(key.sql), \(scope.sql), \(version), \(!carrier.keeps), \(carrier.value),
                 \(!tracking.keeps), \(tracking.value), \(who))
      """)
    return try row.changed { _ in .notYoursToMove }
  }

  /// Takes an order out of its channel's sight; the history and the report keep it.
  package func hide(
    _ key: OrderKey, in scope: OrderScope, by who: String
  ) async throws(OrderError) {
    let version: Int? = nil
    let row = try await change(
      "hide_order(\(key.sql), \(scope.sql), \(version), \(who))")
    _ = try row.changed { _ in .notYoursToMove }
  }

  private func change(_ call: SQL) async throws(OrderError) -> ChangeRow {
    let statement = ChangeRow.statement(call)
    return try await asking { () throws(PostgresError) in
      let rows: Rows
      do throws(PostgresError) {
        rows = try await database.write(statement)
      } catch {
        // Whoever lost a race has left nothing behind, and wins the next one.
        guard error.isRetryable else { throw error }
        rows = try await database.write(statement)
      }
      guard let row = rows.first else { throw rows.undecodable(0, expected: "an outcome") }
      return try ChangeRow(row)
    }
  }
}

/// A status that an order is to have.
struct Move {
  let key: OrderKey
  let to: OrderStatus
  let version: Int?
  let scope: OrderScope
  let who: String

  /// Makes one call of `move_orders` of all moves that wait at the same moment: a commit for each
  /// would be most of the work.
  static func batcher(_ database: Database) -> Batcher<Move, ChangeRow> {
    let limits = BatchLimits(entriesMax: 64, weightMax: 64, batchesMax: 1, waitingMax: 4_096)
    return Batcher(on: database.loop, limits: limits, weight: { _ in 1 }) {
      (moves) throws(PostgresError) in
      let channels = moves.map(\.scope.channel?.rawValue)
      let owners = moves.map(\.scope.owner?.value)
      let rows = try await database.write(
        ChangeRow.statement(
          """
          move_orders(\(moves.map(\.key.id)), \(moves.map(\.key.number)), \(channels), \(owners),
                      \(moves.map(\.version)), \(moves.map(\.to.rawValue)), \(moves.map(\.who)))
          """))
      return try rows.map(ChangeRow.init)
    }
  }
}

/// What a function of the database answers to a change.
struct ChangeRow {
  let outcome: String
  /// The order as it is now; nil when there is none.
  let order: Order?
  let shortfalls: [Shortfall]

  /// A call of such a function, with the columns that are read here.
  static func statement(_ call: SQL) -> SQL {
    """
    SELECT \(orderColumns), outcome, CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END
      FROM \(call) AS o
    """
  }

  init(_ row: Row) throws(PostgresError) {
    outcome = try row.text(14)
    order = row.isNull(0) ? nil : try row.order()
    shortfalls = try row.shortfalls(15)
  }

  /// The changed order; `refusal` words what stood against the change.
  func changed(refusal: (Order) -> OrderError) throws(OrderError) -> Order {
    guard let order else { throw .unknownOrder }
    switch outcome {
    case "done": return order
    case "version_changed": throw .versionChanged
    case "refused": throw order.channel == .fulfilment ? .notYoursToMove : refusal(order)
    default: throw .failure(detail: "the outcome \(outcome) of a change")
    }
  }
}

extension OrderKey {
  /// Both parameters by which the functions know an order: its id, or else its number.
  fileprivate var sql: SQL { "\(id), \(number)" }

  var id: RawUUID? { if case .id(let id) = self { id.raw } else { nil } }
  var number: Int? { if case .number(let number) = self { number } else { nil } }

  /// The condition that an order called `o` is this one.
  var condition: SQL {
    switch self {
    case .id(let id): "o.id = \(id.raw)"
    case .number(let number): "o.number = \(number)"
    }
  }
}

extension OrderScope {
  /// Both parameters by which the functions know what may be seen.
  fileprivate var sql: SQL { "\(channel?.rawValue), \(owner?.value)" }

  /// Further conditions: that an order called `o` is in this scope.
  var condition: SQL {
    var condition: SQL = ""
    if let channel {
      condition.append("AND o.channel = \(channel.rawValue) AND o.hidden_at IS NULL ")
    }
    if let owner { condition.append("AND o.customer_id = \(owner.value)") }
    return condition
  }
}
