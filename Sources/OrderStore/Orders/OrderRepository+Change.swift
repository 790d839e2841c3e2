package import Orders
import Postgres

/// Changes of one order. Each is one call of a function of the database, in one round trip. A
/// change applies only to the version that is given, or to any version if none is. An order outside
/// of `scope` counts as unknown.
extension OrderRepository {
  /// Sets new quantities in a new order, whose stock follows, and what is beside the lines.
  package func edit(
    _ key: OrderKey, _ change: OrderChange, version: Int?, in scope: OrderScope,
    by actor: String
  ) async throws(OrderError) -> Order {
    let products = change.lines.map(\.product.value)
    let quantities = change.lines.map { Int32(clamping: $0.quantity) }
    let result = try await self.change(
      """
      edit_order(\(key.sql), \(scope.sql), \(version), \(products), \(quantities), \(actor),
                 \(change.extras?.json)::json)
      """)
    return try result.order { .notEditable($0.status) }
  }

  /// Moves an order to a status; when that is `cancelled`, its stock returns.
  package func move(
    _ key: OrderKey, to status: OrderStatus, version: Int?, in scope: OrderScope,
    by actor: String
  ) async throws(OrderError) -> Order {
    let move = OrderMove(key: key, to: status, version: version, scope: scope, actor: actor)
    return try await result(of: move).order { .cannotMove(from: $0.status, to: status) }
  }

  /// Cancels an order; its stock returns. An order that is cancelled already stays as it is and is
  /// returned, as a caller who repeats the request wants nothing else.
  package func cancel(
    _ key: OrderKey, version: Int?, in scope: OrderScope, by actor: String
  ) async throws(OrderError) -> Order {
    let move = OrderMove(key: key, to: .cancelled, version: version, scope: scope, actor: actor)
    let result = try await result(of: move)
    if result.outcome == .refused, let order = result.order, order.status == .cancelled {
      return order
    }
    return try result.order { .cannotMove(from: $0.status, to: .cancelled) }
  }

  /// Sets carrier and tracking number, in every status; with shipments, those of the newest one.
  package func ship(
    _ key: OrderKey, _ shipping: ShippingChange, version: Int?, in scope: OrderScope,
    by actor: String
  ) async throws(OrderError) -> Order {
    let carrier = shipping.carrier.columns(\.self)
    let tracking = shipping.trackingNumber.columns(\.self)
    let result = try await change(
      """
      ship_order(\(key.sql), \(scope.sql), \(version), \(!carrier.keeps), \(carrier.value),
                 \(!tracking.keeps), \(tracking.value), \(actor))
      """)
    return try result.order { _ in .notYoursToMove }
  }

  /// Hides an order from its channel; the history and the report keep it.
  package func hide(
    _ key: OrderKey, in scope: OrderScope, by actor: String
  ) async throws(OrderError) {
    let result = try await change("hide_order(\(key.sql), \(scope.sql), NULL, \(actor))")
    _ = try result.order { _ in .notYoursToMove }
  }

  private func result(of move: OrderMove) async throws(OrderError) -> ChangeResult {
    try await mappingErrors { () throws(PostgresError) in try await moves.submit(move) }
  }

  func change(_ call: SQL) async throws(OrderError) -> ChangeResult {
    let statement = ChangeResult.statement(call)
    return try await mappingErrors { () throws(PostgresError) in
      let rows: Rows
      do throws(PostgresError) {
        rows = try await database.write(statement)
      } catch {
        // A change that lost a race was rolled back. It cannot lose again to the same winner.
        guard error.isRetryable else { throw error }
        rows = try await database.write(statement)
      }
      guard let row = rows.first else { throw rows.undecodable(0, expected: "an outcome") }
      return try ChangeResult(row)
    }
  }
}

/// An order that is to be moved by `move_orders()`. Moves are gathered, as a commit for each would
/// be most of the work.
struct OrderMove: RowWrite {
  typealias Outcome = ChangeResult

  let key: OrderKey
  let to: OrderStatus
  let version: Int?
  let scope: OrderScope
  let actor: String

  var rows: [RowToLock] {
    switch key {
    case .id(let id): [.order(id.raw)]
    case .number(let number): [.numberedOrder(number)]
    }
  }

  static func statement(_ moves: [OrderMove], lockWait: Int?) -> SQL {
    ChangeResult.statement(
      """
      move_orders(\(moves.map(\.key.id)), \(moves.map(\.key.number)),
                  \(moves.map(\.scope.channel?.rawValue)), \(moves.map(\.scope.owner?.value)),
                  \(moves.map(\.version)), \(moves.map(\.to.rawValue)), \(moves.map(\.actor)),
                  \(lockWait))
      """)
  }

  static func hasEffect(_ result: ChangeResult) -> Bool { result.outcome == .done }

  func outcome(_ row: Row) throws(PostgresError) -> ChangeResult { try ChangeResult(row) }
}

/// What the functions that change an order answer about it.
enum ChangeOutcome: String, CaseIterable {
  case done
  case notFound = "not_found"
  case versionChanged = "version_changed"
  case refused
  case unknownProduct = "unknown_product"
  case outOfStock = "out_of_stock"
  case emptied
  case tooManyLines = "too_many_lines"
  case tooManyReturned = "too_many_returned"
  case tooManyShipped = "too_many_shipped"
  case nothingToShip = "nothing_to_ship"
  case tooManyShipments = "too_many_shipments"
  case alreadyShipped = "already_shipped"
}

/// The row that a function answers to a change of an order.
struct ChangeResult {
  let outcome: ChangeOutcome
  /// The order as it is after the call; nil when it was not found.
  let order: Order?
  private let shortfalls: [Shortfall]
  private let excessItems: [ExcessItem]

  /// A statement that calls such a function, with the columns that `init` reads.
  static func statement(_ call: SQL) -> SQL {
    """
    SELECT \(orderColumns), outcome, CASE WHEN detail IS NOT NULL THEN \(shortfallsOfDetail) END
      FROM \(call) AS o
    """
  }

  init(_ row: Row) throws(PostgresError) {
    outcome = try row.word(orderColumnCount)
    order = row.isNull(0) ? nil : try row.order()
    let namesItems = outcome == .tooManyShipped
    shortfalls = namesItems ? [] : try row.shortfalls(orderColumnCount + 1)
    excessItems = namesItems ? try row.excessItems(orderColumnCount + 1) : []
  }

  /// The order when it was changed; `refusal` is the error when its status did not allow it.
  func order(refusal: (Order) -> OrderError) throws(OrderError) -> Order {
    guard let order else { throw .unknownOrder }
    switch outcome {
    case .done: return order
    case .notFound: throw .unknownOrder
    case .versionChanged: throw .versionChanged
    case .refused: throw order.channel.kind == .process ? .notYoursToMove : refusal(order)
    case .unknownProduct: throw .notOrderable(shortfalls.map(\.product))
    case .outOfStock: throw .outOfStock(shortfalls)
    case .emptied: throw .emptied
    case .tooManyLines: throw .tooManyLines
    case .tooManyReturned: throw .tooManyReturned(shortfalls)
    case .tooManyShipped: throw .tooManyShipped(excessItems)
    case .nothingToShip: throw .nothingToShip
    case .tooManyShipments: throw .tooManyShipments
    case .alreadyShipped:
      throw .alreadyShipped(
        shortfalls.map {
          ShippedProduct(product: $0.product, requested: $0.requested, shipped: $0.available)
        })
    }
  }
}

extension OrderKey {
  /// Both parameters that name an order in a call: its id, or else its number.
  var sql: SQL { "\(id), \(number)" }
}

extension OrderScope {
  /// Both parameters that limit a call to a scope.
  var sql: SQL { "\(channel?.rawValue), \(owner?.value)" }
}
