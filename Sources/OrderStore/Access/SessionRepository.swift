package import Orders
package import Postgres

/// Browsers that are logged in to the console, and as whom.
package final class SessionRepository {
  /// After how many seconds a session is looked up again in any case, so that its last use is known
  /// to the minute.
  private static let lookUpSeconds = 30
  /// Sessions that are remembered on one loop; if more are in use, they are looked up more often.
  private static let knownMax = 4_096

  private let database: Database
  private let callers: LookupCache<Digest, Caller>
  private let unnoted: Unnoted

  /// Sessions that were looked up and whose use is still to be noted. Lives on the loop.
  private final class Unnoted {
    var digests: Set<Digest> = []
  }

  /// The sessions, over the connections of one loop; `changes` are those of tokens.
  package init(_ database: Database, changes: ChangeSignal = ChangeSignal()) {
    self.database = database
    let unnoted = Unnoted()
    self.unnoted = unnoted
    callers = LookupCache(
      on: database.loop, trustPeriod: TokenRepository.trustPeriod, changes: changes,
      limit: Self.knownMax
    ) { (digests) throws(PostgresError) in
      let found = try await Self.look(up: digests, in: database)
      if unnoted.digests.count > Self.knownMax { unnoted.digests.removeAll() }
      unnoted.digests.formUnion(found.unnoted)
      return found.findings
    }
  }

  /// As whom a browser is logged in, if a recent look-up is still valid and its use is noted.
  package func known(_ session: SessionSecret) -> Caller? {
    let digest = Digest(session)
    return unnoted.digests.contains(digest) ? nil : callers.known(digest)
  }

  /// As whom a browser is logged in that sends a request; nil when the session is unknown or has
  /// ended.
  package func find(_ session: SessionSecret) async throws(OrderError) -> Caller? {
    let digest = Digest(session)
    let caller = try await load(digest)
    if unnoted.digests.remove(digest) != nil {
      // An error here is ignored, as it must not refuse the request.
      _ = try? await database.write("SELECT note_sessions(\([digest]))")
    }
    return caller
  }

  /// The same for a stream that goes on, which is no use of the session: a page that nobody looks
  /// at has one.
  package func find(unused session: SessionSecret) async throws(OrderError) -> Caller? {
    try await load(Digest(session))
  }

  private func load(_ digest: Digest) async throws(OrderError) -> Caller? {
    do {
      return try await callers.load(digest)
    } catch {
      throw OrderError(error)
    }
  }

  /// When a session ends, however much it is used.
  package func end(of session: SessionSecret) async throws(OrderError) -> Orders.Timestamp? {
    try await mappingErrors { () throws(PostgresError) in
      try await database.read("SELECT latest_at FROM find_sessions(\([Digest(session)]))")
        .first.map { row throws(PostgresError) in try row.moment(0) }
    }
  }

  /// Logs a browser in as the bearer of a token, and ends the session that it had. Nil when the
  /// token is not valid any more.
  package func open(
    as token: Int, replacing old: SessionSecret?
  ) async throws(OrderError) -> (SessionSecret, end: Orders.Timestamp)? {
    var random = SystemRandomNumberGenerator()
    let session = SessionSecret(using: &random)
    let end = try await mappingErrors { () throws(PostgresError) in
      try await database.write(
        "SELECT open_session(\(Digest(session)), \(token), \(old.map(Digest.init)))"
      )[0].optionalMoment(0)
    }
    return end.map { (session, $0) }
  }

  /// Logs a browser out; whether it was logged in.
  package func close(_ session: SessionSecret) async throws(OrderError) -> Bool {
    try await mappingErrors { () throws(PostgresError) in
      try await database.write("SELECT close_session(\(Digest(session)))")[0].bool(0)
    }
  }

  private typealias Found = (
    findings: [Digest: LookupCache<Digest, Caller>.Finding], unnoted: [Digest]
  )

  private static func look(
    up digests: [Digest], in database: Database
  ) async throws(PostgresError) -> Found {
    let rows = try await database.read(
      """
      SELECT ordinal, number, role, customer_id, name, is_use_to_note,
             least(1000 * \(lookUpSeconds), extract(epoch FROM ends_in) * 1000)::bigint,
             first_number
        FROM find_sessions(\(digests))
      """)
    var found: Found = ([:], [])
    for row in rows {
      let digest = digests[try row.int(0) - 1]
      found.findings[digest] = .init(
        Caller(
          token: try row.int(1), firstToken: try row.int(7), role: try row.role(from: 2),
          name: try row.text(4)),
        lifetime: .milliseconds(try row.int(6)))
      if try row.bool(5) { found.unnoted.append(digest) }
    }
    return found
  }
}

/// Deletes sessions that have ended.
package struct SessionPruner {
  /// Rows in one transaction.
  private static let batch = 500
  /// Batches in one call.
  private static let batchesMax = 20

  private let session: Session

  /// Deletes over this connection.
  package init(_ session: Session) { self.session = session }

  /// Deletes what has ended, batch by batch; returns how many.
  package func prune() async throws(PostgresError) -> Int {
    try await session.prune(
      batch: Self.batch, batchesMax: Self.batchesMax,
      by: "SELECT prune_sessions(\(Int32(Self.batch)))")
  }
}
