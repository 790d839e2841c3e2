import EventLoop

/// Finds out in which mode a pooler before the server works. Poolers do not tell, so two
/// connections are compared: in session mode, each has its own process of the server.
extension Connector {
  /// How often both are compared. Poolers lend the server connection that was returned last, or
  /// each in turn; both show in the first rounds, unless other clients use the pooler at the same
  /// time.
  private static let rounds = 4

  /// Refuses a pooler that lends the server's connections for a shorter time than `scope`.
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

  /// Fails when one server process serves both connections, or a connection gets another process.
  /// A pooler that is not detected here is detected later, when a prepared statement is missing.
  private func refuseSharing(
    of process: Int, _ session: Session, _ candidate: ConnectPlan.Candidate
  ) async throws(PostgresError) {
    // In session mode the pooler may have no connection left for a second session. Then the first
    // one is used unchecked.
    guard let link = try? await open(candidate) else { return }
    let other = Session(link, on: loop)
    defer { other.close() }
    let refusal = PostgresError.refused(
      .sharedBetweenTransactions,
      reason: "process \(process) of the server does not belong to one connection")
    // During a transaction a pooler lends the process to no other client.
    for command in Array(repeating: ["", "BEGIN", "COMMIT"], count: Self.rounds).joined() {
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
