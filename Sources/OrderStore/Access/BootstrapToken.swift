import Orders
package import Postgres

/// A token for the first admin, whose text is made and kept outside of the service.
package struct BootstrapToken: Equatable, Sendable {
  /// What `admit` did.
  package enum Outcome: Equatable, Sendable {
    /// It is an admin's token now.
    case admitted
    /// There is a valid token of an admin.
    case notNeeded
    /// There is no valid token of an admin, and this one was revoked or has expired.
    case ended
  }

  private let token: BearerToken

  /// The token of this text; nil when that is not the form of a token.
  package init?(_ text: String) {
    guard let token = BearerToken(text) else { return nil }
    self.token = token
  }

  /// Makes it an admin's token when no admin has a valid token. Any number of instances may do so
  /// at the same time. Only the owner of the schema can: the service's role may not read digests,
  /// so it cannot see whether this token existed before.
  package func admit(_ session: Session) async throws(PostgresError) -> Outcome {
    // If another session was faster, the second attempt finds the token that it made.
    for _ in 0..<2 {
      let rows = try await session.rows(
        """
        WITH admitted AS (
            INSERT INTO tokens (hash, role, name)
            SELECT \(Digest(token)), 'admin', 'bootstrap'
             WHERE NOT EXISTS (SELECT FROM tokens WHERE \(Self.isValidAdmin))
                ON CONFLICT (hash) DO NOTHING
            RETURNING number
        )
        SELECT EXISTS (SELECT FROM admitted),
               EXISTS (SELECT FROM tokens WHERE \(Self.isValidAdmin))
        """)
      if try rows[0].bool(0) { return .admitted }
      if try rows[0].bool(1) { return .notNeeded }
    }
    return .ended
  }

  private static let isValidAdmin: SQL = """
    role = 'admin' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    """
}
