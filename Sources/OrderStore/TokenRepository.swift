package import Orders
package import Postgres

/// The `tokens` table.
package final class TokenRepository {
  /// Where the database tells of tokens that have changed.
  package static let channel = "waybill_tokens"
  /// How often whoever listens there makes sure that he still hears: within the trust, with time
  /// left for the answer, so that an idle connection costs no look-up.
  package static let pulse = Duration.milliseconds(400)
  /// How long a look-up is believed when nothing is heard, so that a token that was revoked is
  /// refused within a second everywhere.
  private static let trust = Duration.milliseconds(900)
  /// After how many seconds a token is looked up again though nothing was heard of it, so that its
  /// last use is known to the minute.
  private static let lookUpSeconds = 30
  /// Tokens in use on one loop at the same second; more are looked up more often.
  private static let knownMax = 4_096

  private let database: Database
  private let callers: ShortMemory<TokenDigest, Caller>

  /// The table as seen through one loop's connections; `news` are of its `channel`.
  package init(_ database: Database, news: ChangeNews = ChangeNews()) {
    self.database = database
    callers = ShortMemory(
      on: database.loop, trust: Self.trust, news: news, limit: Self.knownMax
    ) { (digests) throws(PostgresError) in
      try await Self.look(up: digests, in: database)
    }
  }

  /// Whose token it is, if that was looked up a while ago and may be believed.
  package func known(_ token: BearerToken) -> Caller? { callers.known(TokenDigest(token)) }

  /// Whose token it is; nil when it is nobody's, or no longer holds.
  package func find(_ token: BearerToken) async throws(OrderError) -> Caller? {
    do {
      return try await callers.load(TokenDigest(token))
    } catch {
      throw OrderError(error)
    }
  }

  /// Makes a token. Its text is in the answer and nowhere else. A customer nobody has introduced is
  /// made known by it, as by an order, unless that may not be.
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
          VALUES (\(TokenDigest(token)), \(new.role.name.rawValue), \(new.role.customer?.value),
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

  /// Every token, also those that hold no more, in the order they were made.
  package func list() async throws(OrderError) -> [Token] {
    do {
      return try await database.read("SELECT \(Self.columns) FROM tokens ORDER BY number")
        .map(Self.token)
    } catch {
      throw OrderError(error)
    }
  }

  /// Ends a token; one that has ended stays as it is. Nil when there is none of that number.
  package func revoke(_ number: Int) async throws(OrderError) -> Token? {
    do {
      let rows = try await database.write(
        """
        UPDATE tokens SET revoked_at = coalesce(revoked_at, now())
         WHERE number = \(number)
        RETURNING \(Self.columns)
        """)
      return try rows.first.map(Self.token)
    } catch {
      throw OrderError(any: error)
    }
  }

  /// Makes a token like the one of that number, which holds for `overlap` more days at most. The
  /// new one holds for `days`, or as long as the old one was to hold from the beginning. Nil when
  /// there is none that holds.
  package func rotate(
    _ number: Int, days: Int?, overlap: Int
  ) async throws(OrderError) -> (BearerToken, Token)? {
    var random = SystemRandomNumberGenerator()
    let token = BearerToken(using: &random)
    do {
      let rows = try await database.write(
        """
        WITH old AS (
            SELECT number, role, customer_id, name, expires_at - created_at AS life
              FROM tokens
             WHERE number = \(number) AND revoked_at IS NULL
               AND (expires_at IS NULL OR expires_at > now())
               FOR UPDATE
        ), ended AS (
            UPDATE tokens SET expires_at = least(expires_at, now() + \(overlap) * interval '1 day')
              FROM old WHERE tokens.number = old.number
        )
        INSERT INTO tokens (hash, role, customer_id, name, expires_at)
        SELECT \(TokenDigest(token)), role, customer_id, name,
               now() + coalesce(\(days) * interval '1 day', life)
          FROM old
        RETURNING \(Self.columns)
        """)
      return try rows.first.map { (token, try Self.token($0)) }
    } catch {
      throw OrderError(any: error)
    }
  }

  /// Makes the token of the demo's first customer, and ends the one before, whose text nobody can
  /// show again. Nil where there are no demo data.
  package func renewDemo() async throws(OrderError) -> BearerToken? {
    var random = SystemRandomNumberGenerator()
    let token = BearerToken(using: &random)
    let (customer, name) = ("demo-1", "demo, made anew at every start")
    do {
      let rows = try await database.write(
        """
        WITH ended AS (
            UPDATE tokens SET revoked_at = now()
             WHERE customer_id = \(customer) AND name = \(name) AND revoked_at IS NULL
        )
        INSERT INTO tokens (hash, role, customer_id, name)
        SELECT \(TokenDigest(token)), 'customer', id, \(name) FROM customers WHERE id = \(customer)
        RETURNING number
        """)
      return rows.isEmpty ? nil : token
    } catch {
      throw OrderError(error)
    }
  }

  private static func look(
    up digests: [TokenDigest], in database: Database
  ) async throws(PostgresError) -> [TokenDigest: ShortMemory<TokenDigest, Caller>.Finding] {
    let rows = try await database.read(
      """
      SELECT place, number, role, customer_id, name, is_use_to_note,
             least(1000 * \(lookUpSeconds), extract(epoch FROM expires_in) * 1000)::bigint
        FROM find_tokens(\(digests))
      """)
    var findings: [TokenDigest: ShortMemory<TokenDigest, Caller>.Finding] = [:]
    var unused: [Int] = []
    for row in rows {
      let number = try row.int(1)
      findings[digests[try row.int(0) - 1]] = .init(
        Caller(token: number, role: try role(row, from: 2), name: try row.text(4)),
        lifetime: .milliseconds(try row.int(6)))
      if try row.bool(5) { unused.append(number) }
    }
    await noteUse(of: unused, in: database)
    return findings
  }

  /// A use that cannot be written down is no reason to refuse it; nor to wait for another instance
  /// that is writing the same.
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
      number: try row.int(0), role: try role(row, from: 1), name: try row.text(3),
      createdAt: try row.moment(4), expiresAt: try row.optionalMoment(5),
      revokedAt: try row.optionalMoment(6), lastUsedAt: try row.optionalMoment(7))
  }

  private static func role(_ row: Row, from column: Int) throws(PostgresError) -> Role {
    let customer = try row.optionalText(column + 1).flatMap(CustomerID.init)
    guard let role = Role(try row.text(column), customer: customer) else {
      throw row.undecodable(column, expected: "a role")
    }
    return role
  }
}
