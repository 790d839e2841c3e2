package import Orders
import Postgres

extension ProductRepository {
  /// Changes the stock by hand; nil when there is no product of that id.
  package func adjust(
    _ id: ProductID, by adjustment: StockAdjustment, expecting version: Int?, by actor: String
  ) async throws(OrderError) -> Product? {
    try await adjusted(
      "adjust_stock(\(id.value), \(adjustment.delta), \(adjustment.reason), \(version), \(actor))")
  }

  /// Sets the stock to what was counted; nil when there is no product of that id.
  package func count(
    _ id: ProductID, _ count: StockCount, expecting version: Int?, by actor: String
  ) async throws(OrderError) -> Product? {
    try await adjusted(
      "count_stock(\(id.value), \(count.count), \(count.reason), \(version), \(actor))")
  }

  private func adjusted(_ call: SQL) async throws(OrderError) -> Product? {
    let (outcome, product) = try await mappingErrors { () throws(PostgresError) in
      let row = try await database.write(
        "SELECT \(Self.columns), outcome FROM (SELECT (p).*, outcome FROM \(call)) AS adjusted")[0]
      let outcome: AdjustmentOutcome = try row.word(Self.columnCount)
      return (outcome, outcome == .notFound ? nil : try Self.product(row))
    }
    switch outcome {
    case .done, .notFound: return product
    case .versionChanged: throw .versionChanged
    case .belowZero: throw .stockBelowZero(stock: product?.stock ?? 0)
    case .tooMany: throw .stockTooLarge
    }
  }

  /// Changes many stocks by hand, all or none; returns the products after the change.
  package func adjust(
    _ changes: StockAdjustments, by actor: String
  ) async throws(OrderError) -> [Product] {
    let ids = changes.products.map(\.value)
    let results = try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.write(
        """
        SELECT \(Self.columns), outcome
          FROM (SELECT (p).*, outcome
                  FROM adjust_stocks(\(ids), \(changes.deltas), \(changes.reason), \(actor)))
               AS adjusted
        """)
      return try rows.map { row throws(PostgresError) in
        let outcome: AdjustmentOutcome = try row.word(Self.columnCount)
        return (outcome, outcome == .notFound ? nil : try Self.product(row))
      }
    }
    let unknown = zip(changes.products, results).filter { $1.0 == .notFound }.map(\.0)
    guard unknown.isEmpty else { throw .notOrderable(unknown) }
    let short = zip(results, changes.deltas).compactMap { result, delta in
      result.0 == .belowZero
        ? result.1.map { Shortfall(product: $0.id, requested: -delta, available: $0.stock) } : nil
    }
    guard short.isEmpty else { throw .outOfStock(short) }
    guard !results.contains(where: { $0.0 == .tooMany }) else { throw .stockTooLarge }
    return results.compactMap(\.1)
  }
}

/// What `adjust_stock()` answers.
enum AdjustmentOutcome: String, CaseIterable {
  case done
  case notFound = "not_found"
  case versionChanged = "version_changed"
  case belowZero = "below_zero"
  case tooMany = "too_many"
}
