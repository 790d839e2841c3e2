package import Orders
package import Postgres

/// The `idempotency_keys` table: one effect and one answer for each key.
package final class AnswerRepository {
  private let database: Database

  /// The table as seen through one loop's connections.
  package init(_ database: Database) { self.database = database }

  /// Does `work` unless the request was answered before, and keeps its answer in the transaction of
  /// its effect.
  ///
  /// Whatever `work` asks of the database is part of that transaction. When it throws, what it did
  /// is undone; `refusal` says what is to be kept of the error, or nil: then nothing is, and the
  /// error goes on. `work` may run twice, the first time for nothing.
  package func once(
    _ request: KeyedRequest, work: () async throws -> StoredAnswer,
    refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome {
    do {
      return try await database.transaction { (transaction) throws(Interruption) in
        let claim = try await Self.claim(request, in: transaction)
        if let outcome = claim.outcome { return outcome }
        let answer: StoredAnswer
        do {
          answer = try await transaction.including(work)
        } catch {
          guard let kept = refusal(error) else { throw .work(error) }
          answer = kept
        }
        try await Self.keep(answer, to: request.name, claim, in: transaction)
        return .answered(answer)
      }
    } catch {
      switch error {
      case .underWay: return .underWay
      case .work(let error): throw error
      case .database(let error): throw OrderError(error)
      }
    }
  }

  private static func claim(
    _ request: KeyedRequest, in transaction: Transaction
  ) async throws(Interruption) -> Claim {
    let name = request.name
    do throws(PostgresError) {
      let rows = try await transaction.run(
        """
        SELECT id, fingerprint, is_answered, is_same, status, content_type, fields, body
          FROM claim_answer(\(name.token), \(name.contract), \(name.method), \(name.path),
                            \(name.key.value), \(request.content))
        """)
      return try Claim(rows[0])
    } catch {
      guard error.serverError?.state == .lockNotAvailable else { throw .database(error) }
      throw .underWay
    }
  }

  private static func keep(
    _ answer: StoredAnswer, to name: KeyedRequest.Name, _ claim: Claim, in transaction: Transaction
  ) async throws(Interruption) {
    do throws(PostgresError) {
      _ = try await transaction.run(
        """
        INSERT INTO idempotency_keys (id, token, contract, method, path, key, fingerprint, status,
                                      content_type, fields, body)
        VALUES (\(claim.id), \(name.token), \(name.contract), \(name.method), \(name.path),
                \(name.key.value), \(claim.fingerprint), \(answer.status), \(answer.contentType),
                \(answer.fields), \(answer.body))
        """)
    } catch {
      throw .database(error)
    }
  }
}

/// What is known of a request's name once it is taken.
private struct Claim {
  let id: [UInt8]
  let fingerprint: [UInt8]
  /// What came of the request before; nil when it is new.
  let outcome: KeyedOutcome?

  init(_ row: Row) throws(PostgresError) {
    id = try row.bytea(0)
    fingerprint = try row.bytea(1)
    if try !row.bool(2) {
      outcome = nil
    } else if try !row.bool(3) {
      outcome = .otherRequest
    } else {
      outcome = .replayed(
        StoredAnswer(
          status: try row.int(4), contentType: try row.optionalText(5), fields: try row.text(6),
          body: try row.bytea(7)))
    }
  }
}

/// Why the transaction is left before its end.
private enum Interruption: PostgresFailure {
  case database(PostgresError)
  case work(any Error)
  case underWay

  init(_ error: PostgresError) { self = .database(error) }
}
