import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderStore

@Suite("Words that Swift and the database share")
struct SharedWordsTests {
  /// Every constraint that lists words, and the words that Swift knows.
  private static let words: [String: Set<String>] = [
    // It asks channel_kind(), which ChannelTests compares.
    "orders_channel_known": [],
    "orders_status_known": all(OrderStatus.self),
    "order_events_what_known": all(OrderEvent.Kind.self),
    "product_events_what_known": words(of: "product"),
    "customer_events_what_known": words(of: "customer"),
    // What an order takes when it is placed is in order_products.
    "stock_adjustments_cause_known": all(StockMovement.Cause.self)
      .subtracting([StockMovement.Cause.placed.rawValue]),
    "tokens_role_known": all(RoleName.self),
    "placing_outcome_known": all(PlacingOutcome.self),
    "change_outcome_known": all(ChangeOutcome.self),
    "adjustment_outcome_known": all(AdjustmentOutcome.self),
    "refresh_outcome_known": all(ReportRefresher.Outcome.self),
    "imports_kind_known": all(ImportKind.self),
    "imports_mode_known": all(ImportMode.self),
    "imports_stock_known": all(ImportStock.self),
  ]

  /// What the feed says of such things: `product.created` is stored as `created`.
  private static func words(of subject: String) -> Set<String> {
    Set(
      FeedEvent.Kind.allCases.map { $0.rawValue.split(separator: ".") }
        .filter { $0[0] == subject }.map { String($0[1]) })
  }

  private static func all<Word: RawRepresentable & CaseIterable>(_: Word.Type) -> Set<String>
  where Word.RawValue == String {
    Set(Word.allCases.map(\.rawValue))
  }

  @Test("are the same in both")
  func same() async throws {
    let conninfo = try await MigratedDatabase.make()
    let found = try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      let rows = try await session.rows(
        """
        SELECT conname::text, pg_get_constraintdef(oid)
          FROM pg_constraint
         WHERE connamespace = 'waybill'::regnamespace AND conname LIKE '%\\_known'
        """)
      var found: [String: Set<String>] = [:]
      for row in rows {
        let quoted = try row.text(1).matches(of: /'([^']*)'/)
        found[try row.text(0)] = Set(quoted.map { String($0.1) })
      }
      return found
    }
    #expect(found == Self.words)
  }
}
