import Orders
package import Postgres

/// A token that lets the first admin in, of which somebody else keeps the text.
package struct BootstrapToken: Equatable, Sendable {
  /// What became of it.
  package enum Outcome: Equatable, Sendable {
    /// It is an admin's token from now on.
    case admitted
    /// Some admin's token holds.
    case notNeeded
    /// No admin's token holds, nor does this one any more: somebody ended it.
    case ended
  }

  private let token: BearerToken

  /// The token of this text; nil when that is not the form of a token.
  package init?(_ text: String) {
    guard let token = BearerToken(text) else { return nil }
    self.token = token
  }

  /// Makes it an admin's token when no admin's token holds. Any number may do so at the same time.
  /// It takes the owner of the schema: the service's role cannot read digests, and so cannot tell
  /// whether this token was there before.
  package func admit(_ session: Session) async throws(PostgresError) -> Outcome {
    // When another session is quicker, the second look finds the token that it made.
    for _ in 0..<2 {
      let rows = try await session.rows(
        """
        WITH admitted AS (
            INSERT INTO tokens (hash, role, name)
            SELECT \(TokenDigest(token)), 'admin', 'bootstrap'
             WHERE NOT EXISTS (SELECT FROM tokens WHERE \(Self.isAdminThatHolds))
                ON CONFLICT (hash) DO NOTHING
            RETURNING number
        )
        SELECT EXISTS (SELECT FROM admitted),
               EXISTS (SELECT FROM tokens WHERE \(Self.isAdminThatHolds))
        """)
      if try rows[0].bool(0) { return .admitted }
      if try rows[0].bool(1) { return .notNeeded }
    }
    return .ended
  }

  private static let isAdminThatHolds: SQL = """
    role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    """
}
