public import Orders
import Postgres

/// Changes of one order: each a call of the database's function of that name, in one round trip.
/// `version`, when given, is the only one the change may meet.
extension OrderRepository {
  /// Sets new quantities in a new order; the stock follows.
  public func edit(
    _ key: OrderKey, _ changes: [LineChange], version: Int?, by who: String
  ) async throws(OrderError) -> Order {
    let products = changes.map(\.product.value)
    let quantities = changes.map { Int32(clamping: $0.quantity) }
    let row = try await change(
      "edit_order(\(key.sql), NULL, NULL, \(version), \(products), \(quantities), \(who))")
    switch row.outcome {
    case "emptied": throw .emptied
    case "too_many_lines": throw .tooManyLines
    case "unknown_product": throw .notOrderable(row.shortfalls.map(\.product))
    case "out_of_stock": throw .outOfStock(row.shortfalls)
    default: return try row.changed { .notEditable($0.status) }
    }
  }

  /// Moves an order to a status; when that is `cancelled`, its stock returns with it.
  public func move(
    _ key: OrderKey, to status: OrderStatus, version: Int?, by who: String
  ) async throws(OrderError) -> Order {
    let row = try await change(
      "move_order(\(key.sql), NULL, NULL, \(version), \(status.rawValue), \(who))")
    return try row.changed { .cannotMove(from: $0.status, to: status) }
  }

  /// Says who carries an order and under which number.
  public func ship(
    _ key: OrderKey, _ shipping: ShippingChange, version: Int?, by who: String
  ) async throws(OrderError) -> Order {
    let (carrier, tracking) = (shipping.carrier, shipping.trackingNumber)
    let row = try await change(
      """
      ship_order(\(key.sql), NULL, NULL, \(version), \(carrier.isGiven), \(carrier.text),
                 \(tracking.isGiven), \(tracking.text), \(who))
      """)
    return try row.changed { _ in .notYoursToMove }
  }

  private func change(_ call: SQL) async throws(OrderError) -> ChangeRow {
    let statement: SQL = """
      SELECT \(orderColumns), outcome, CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END
        FROM \(call) AS o
      """
    return try await asking { () throws(PostgresError) in
      let rows: Rows
      do throws(PostgresError) {
        rows = try await database.write(statement)
      } catch {
        // Whoever lost a race has left nothing behind, and wins the next one.
        guard error.isRetryable else { throw error }
        rows = try await database.write(statement)
      }
      guard let row = rows.first else { throw .decoding(column: 0, expected: "an outcome") }
      return ChangeRow(
        outcome: try row.text(14), order: row.isNull(0) ? nil : try row.order(),
        shortfalls: try row.shortfalls(15))
    }
  }
}

/// What a function of the database answers to a change.
private struct ChangeRow {
  let outcome: String
  /// The order as it is now; nil when there is none.
  let order: Order?
  let shortfalls: [Shortfall]

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
  fileprivate var sql: SQL {
    switch self {
    case .id(let id): "\(id.raw), NULL"
    case .number(let number): "NULL, \(number)"
    }
  }
}

extension Change {
  fileprivate var isGiven: Bool { self != .keep }
  fileprivate var text: String? { if case .set(let text) = self { text } else { nil } }
}
