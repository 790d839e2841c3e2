package import Orders
package import Postgres

/// The currency of all amounts as the database keeps it, for all instances of the service.
package struct KeptCurrency: Sendable {
  /// Its code in ISO 4217; nil when none is kept.
  package let code: String?

  /// Keeps `wanted` if the database has no currency yet; returns what it keeps then.
  package static func settle(
    _ wanted: Currency?, _ session: Session
  ) async throws(PostgresError) -> KeptCurrency {
    KeptCurrency(
      code: try await session.rows("SELECT settle_currency(\(wanted?.code))")[0].optionalText(0))
  }

  /// What the database keeps.
  package static func read(_ session: Session) async throws(PostgresError) -> KeptCurrency {
    KeptCurrency(code: try await session.rows("SELECT currency FROM installation").first?.text(0))
  }
}
