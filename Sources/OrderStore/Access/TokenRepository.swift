package import Orders
package import Postgres

/// Tokens, and who their bearers are.
package final class TokenRepository {
  /// The channel on which the database notifies of tokens that have changed.
  package static let channel = "waybill_tokens"
  /// How often a listener on that channel checks its connection: often enough that a quiet
  /// connection is confirmed before `trustPeriod` ends, so that quiet times cause no look-ups.
  package static let connectionCheckInterval = Duration.milliseconds(400)
  /// How long a look-up is valid without a listener, so that a revoked token is refused within a
  /// second everywhere.
  static let trustPeriod = Duration.milliseconds(900)
  /// After how many seconds a token is looked up again in any case, so that its last use is known
  /// to the minute.
  private static let lookUpSeconds = 30
  /// Tokens that are remembered on one loop; if more are in use, they are looked up more often.
  private static let knownMax = 4_096

  private let database: Database
  private let callers: LookupCache<Digest, Caller>

  /// The tokens, over the connections of one loop; `changes` are signalled on `channel`.
  package init(_ database: Database, changes: ChangeSignal = ChangeSignal()) {
    self.database = database
    callers = LookupCache(
      on: database.loop, trustPeriod: Self.trustPeriod, changes: changes, limit: Self.knownMax
    ) { (digests) throws(PostgresError) in
      try await Self.look(up: digests, in: database)
    }
  }

  /// The bearer of a token, if a recent look-up of it is still valid.
  package func known(_ token: BearerToken) -> Caller? { callers.known(Digest(token)) }

  /// The bearer of a token; nil when the token is unknown, revoked or expired.
  package func find(_ token: BearerToken) async throws(OrderError) -> Caller? {
    do {
      return try await callers.load(Digest(token))
    } catch {
      throw OrderError(error)
    }
  }

  /// Makes a token. Only the answer contains its text. A customer that does not exist yet is added,
  /// as by an order, if `mayIntroduceCustomer` allows it.
  package func create(
    _ new: NewToken, mayIntroduceCustomer: Bool = true
  ) async throws(OrderError) -> (BearerToken, Token) {
    var random = SystemRandomNumberGenerator()
    let token = BearerToken(using: &random)
    do {
      return try await database.transaction { (transaction) throws(PostgresError) in
        if let customer = new.role.customer, mayIntroduceCustomer {
          _ = try await transaction.run(
            """
            INSERT INTO customers (id)
            SELECT \(customer.value)
             WHERE NOT EXISTS (SELECT FROM customers WHERE id = \(customer.value))
                ON CONFLICT (id) DO NOTHING
            """)
        }
        let rows = try await transaction.run(
          """
          INSERT INTO tokens (hash, role, customer_id, name, expires_at)
          VALUES (\(Digest(token)), \(new.role.name.rawValue), \(new.role.customer?.value),
                  \(new.name.value), now() + \(new.days) * interval '1 day')
          RETURNING \(Self.columns)
          """)
        return (token, try Self.token(rows[0]))
      }
    } catch {
      guard error.serverError?.state != .foreignKeyViolation else { throw .unknownCustomer }
      throw OrderError(error)
    }
  }

  /// Every token, also those that are revoked or expired, in the order in which they were made.
  package func list() async throws(OrderError) -> [Token] {
    try await mappingErrors { () throws(PostgresError) in
      try await database.read("SELECT \(Self.columns) FROM tokens ORDER BY number")
        .map(Self.token)
    }
  }

  /// One page of tokens, the newest first, before `position`.
  package func list(
    before position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Token, Int> {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns) FROM tokens WHERE number < \(position ?? Int.max)
         ORDER BY number DESC \(size.limitClause)
        """)
      return Page(reading: try rows.map(Self.token), size: size, position: \.number)
    }
  }

  /// One token; nil when there is none of that number.
  package func find(number: Int) async throws(OrderError) -> Token? {
    try await mappingErrors { () throws(PostgresError) in
      try await database.read("SELECT \(Self.columns) FROM tokens WHERE number = \(number)")
        .first.map(Self.token)
    }
  }

  /// Revokes a token unless no other admin's token would be valid then. The rows of all of those
  /// are locked, so that two admins cannot revoke each other at the same moment.
  package func revokeKeepingAdmin(_ number: Int) async throws(OrderError) -> Token? {
    let revoked = try await mappingErrors { () throws(PostgresError) in
      try await database.write(
        """
        WITH admins AS MATERIALIZED (
            SELECT number FROM tokens
             WHERE role = 'admin' AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > now())
             ORDER BY number
               FOR NO KEY UPDATE
        )
        UPDATE tokens SET revoked_at = coalesce(revoked_at, now())
         WHERE number = \(number)
           AND (number NOT IN (SELECT number FROM admins) OR (SELECT count(*) FROM admins) > 1)
        RETURNING \(Self.columns)
        """
      ).first.map(Self.token)
    }
    if let revoked { return revoked }
    guard try await find(number: number) != nil else { return nil }
    throw .lastAdmin
  }

  /// Revokes a token; one that was revoked before stays as it is. Nil when there is none of that
  /// number.
  package func revoke(_ number: Int) async throws(OrderError) -> Token? {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.write(
        """
        UPDATE tokens SET revoked_at = coalesce(revoked_at, now())
         WHERE number = \(number)
        RETURNING \(Self.columns)
        """)
      return try rows.first.map(Self.token)
    }
  }

  /// Makes a token like the one of that number; the old one then expires in `overlap` days at the
  /// latest. The new one is valid for `days`, or for as long as the old one was made for. Nil when
  /// no valid token has that number.
  package func rotate(
    _ number: Int, days: Int?, overlap: Int
  ) async throws(OrderError) -> (BearerToken, Token)? {
    var random = SystemRandomNumberGenerator()
    let token = BearerToken(using: &random)
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.write(
        """
        WITH old AS (
            SELECT number, role, customer_id, name, expires_at - created_at AS life,
                   coalesce(first_number, number) AS first_number
              FROM tokens
             WHERE number = \(number) AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > now())
               FOR UPDATE
        ), ended AS (
            UPDATE tokens SET expires_at = least(expires_at, now() + \(overlap) * interval '1 day')
              FROM old WHERE tokens.number = old.number
        )
        INSERT INTO tokens (hash, role, customer_id, name, first_number, expires_at)
        SELECT \(Digest(token)), role, customer_id, name, first_number,
               now() + coalesce(\(days) * interval '1 day', life)
          FROM old
        RETURNING \(Self.columns)
        """)
      return try rows.first.map { row throws(PostgresError) in (token, try Self.token(row)) }
    }
  }

  /// Makes a token for the first customer of the demo data, and revokes the previous one, whose
  /// text cannot be shown again. Nil without demo data.
  package func renewDemo() async throws(OrderError) -> BearerToken? {
    var random = SystemRandomNumberGenerator()
    let token = BearerToken(using: &random)
    let (customer, name) = ("demo-1", "demo, made anew at every start")
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.write(
        """
        WITH ended AS (
            UPDATE tokens SET revoked_at = now()
             WHERE customer_id = \(customer) AND name = \(name) AND revoked_at IS NULL
        )
        INSERT INTO tokens (hash, role, customer_id, name)
        SELECT \(Digest(token)), 'customer', id, \(name) FROM customers WHERE id = \(customer)
        RETURNING number
        """)
      return rows.isEmpty ? nil : token
    }
  }

  private static func look(
    up digests: [Digest], in database: Database
  ) async throws(PostgresError) -> [Digest: LookupCache<Digest, Caller>.Finding] {
    // Replicas are read also while the primary is away, for those whose tokens are known. A token
    // that a replica does not know may have been made a moment ago.
    let (rows, isOfStandIn) = try await database.read(
      """
      SELECT ordinal, number, role, customer_id, name, is_use_to_note,
             least(1000 * \(lookUpSeconds), extract(epoch FROM expires_in) * 1000)::bigint,
             first_number
        FROM find_tokens(\(digests))
      """, ofStandInIf: { $0.count == digests.count })
    var findings: [Digest: LookupCache<Digest, Caller>.Finding] = [:]
    var unused: [Int] = []
    for row in rows {
      let number = try row.int(1)
      findings[digests[try row.int(0) - 1]] = .init(
        Caller(
          token: number, firstToken: try row.int(7), role: try row.role(from: 2),
          name: try row.text(4)),
        lifetime: .milliseconds(try row.int(6)))
      if try row.bool(5) { unused.append(number) }
    }
    if !isOfStandIn { await noteUse(of: unused, in: database) }
    return findings
  }

  /// An error here is ignored, as it must not refuse the request; and a row that another instance
  /// is updating is skipped.
  private static func noteUse(of numbers: [Int], in database: Database) async {
    guard !numbers.isEmpty else { return }
    _ = try? await database.write(
      """
      UPDATE tokens SET last_used_at = now()
       WHERE number IN (SELECT number FROM tokens WHERE number = ANY (\(numbers))
                           FOR NO KEY UPDATE SKIP LOCKED)
      """)
  }

  private static let columns: SQL =
    "number, role, customer_id, name, created_at, expires_at, revoked_at, last_used_at"

  private static func token(_ row: Row) throws(PostgresError) -> Token {
    Token(
      number: try row.int(0), role: try row.role(from: 1), name: try row.text(3),
      createdAt: try row.moment(4), expiresAt: try row.optionalMoment(5),
      revokedAt: try row.optionalMoment(6), lastUsedAt: try row.optionalMoment(7))
  }
}
