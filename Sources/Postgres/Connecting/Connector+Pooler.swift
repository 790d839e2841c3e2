import EventLoop

/// What kind of pooler stands before the server. Poolers do not say, so two connections of ours are
/// watched: where sessions are whole, each has one process of the server to itself.
extension Connector {
  /// How often both are looked at. A pooler lends the connection that came back last, or each in
  /// its turn; either shows at once, unless others use the pooler in the same moment.
  private static let looks = 4

  /// Refuses a pooler that lends the server's connections for less than `scope`.
  func refusePooler(
    lending process: Int, to session: Session, _ candidate: ConnectPlan.Candidate,
    _ scope: SessionSettings.Scope
  ) async throws(PostgresError) {
    switch scope {
    case .transaction:
      try await limited(session) { () throws(PostgresError) in
        try await refuseStatementMode(session)
      }
    case .session: try await refuseSharing(of: process, session, candidate)
    }
  }

  /// It finds what it can find: a process that serves both of our connections, or another one where
  /// ours had been. What is not found here is found when a prepared statement is missing.
  private func refuseSharing(
    of process: Int, _ session: Session, _ candidate: ConnectPlan.Candidate
  ) async throws(PostgresError) {
    // In session mode the pooler may have no connection left for another session of ours, and let
    // it wait: that is no reason to do without this one.
    guard let link = try? await open(candidate) else { return }
    let other = Session(link, on: loop)
    defer { other.close() }
    let refusal = PostgresError.refused(
      .sharedBetweenTransactions,
      reason: "process \(process) of the server does not belong to one connection")
    // A process that has a transaction in hand is lent to nobody else.
    for command in Array(repeating: ["", "BEGIN", "COMMIT"], count: Self.looks).joined() {
      let lent = try? await limited(other) { () throws(PostgresError) in
        try await other.run(unsafeText: command)
        return try await other.process
      }
      guard let lent else { return }
      guard lent != process else { throw refusal }
      let ours = try await limited(session) { () throws(PostgresError) in
        try await session.process
      }
      guard ours == process else { throw refusal }
    }
  }

  private func refuseStatementMode(_ session: Session) async throws(PostgresError) {
    do throws(PostgresError) {
      try await session.run(unsafeText: "BEGIN")
      try await session.run(unsafeText: "COMMIT")
    } catch {
      throw .refused(.sharedBetweenStatements, reason: error.debugDescription)
    }
  }
}

extension Session {
  /// The number of the server's process.
  fileprivate var process: Int {
    get async throws(PostgresError) {
      try await rows("SELECT pg_catalog.pg_backend_pid()")[0].int(0)
    }
  }
}
