package import Orders
package import Postgres

/// Answers to requests with a key: one effect and one answer for each key.
package final class AnswerRepository {
  private let database: Database

  /// The stored answers, over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// Runs `work` unless the request was answered before, and stores its answer in the transaction
  /// of its effect.
  ///
  /// This is the one transaction that spans a whole use case: everything that `work` asks of the
  /// database is part of it. When `work` throws, its effects are undone, and `refusal` returns the
  /// answer to store for the error. If that is nil, nothing is stored and the error is rethrown.
  /// `work` may run twice; the effects of the first run are then rolled back.
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
          guard let refused = refusal(error) else { throw .work(error) }
          answer = refused
        }
        try await Self.store(answer, to: request.name, claim, in: transaction)
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

  private static func store(
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

/// What is known of a request after its name was locked.
private struct Claim {
  let id: [UInt8]
  let fingerprint: [UInt8]
  /// The outcome of the request, if it was answered before; nil when it is new.
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

/// Why the transaction ends early.
private enum Interruption: PostgresFailure {
  case database(PostgresError)
  case work(any Error)
  case underWay

  init(_ error: PostgresError) { self = .database(error) }
}
