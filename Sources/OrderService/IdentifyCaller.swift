package import OrderStore
package import Orders

/// Finds out who asks.
package struct IdentifyCaller {
  private let tokens: TokenRepository

  /// Among the bearers of these tokens.
  package init(tokens: TokenRepository) { self.tokens = tokens }

  /// Whose token it is, if that is known without asking the database.
  package func known(_ token: BearerToken) -> Caller? { tokens.known(token) }

  /// Whose token it is; nil when it is nobody's, or no longer holds.
  package func identify(_ token: BearerToken) async throws(OrderError) -> Caller? {
    try await tokens.find(token)
  }
}
