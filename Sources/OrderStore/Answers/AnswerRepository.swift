package import Orders
package import Postgres

/// Answers to requests with a key: one effect and one answer for each key.
package final class AnswerRepository {
  private let database: Database
  private let batchers: [GatheredWrite: AnswerBatcher]

  /// The stored answers, over the connections of one loop.
  package init(_ database: Database) {
    self.database = database
    batchers = Dictionary(
      uniqueKeysWithValues: GatheredWrite.allCases.map { write in
        (write, AnswerBatcher(database, requestsMax: write.requestsMax))
      })
  }

  /// Runs `work` unless the request was answered before, and stores its answer in the transaction
  /// of its effect.
  ///
  /// This is the one transaction that spans a whole use case: everything that `work` asks of the
  /// database is part of it. When `work` throws, its effects are undone, and `refusal` returns the
  /// answer to store for the error. If that is nil, nothing is stored and the error is rethrown.
  /// `work` may run twice; the effects of the first run are then undone.
  ///
  /// - Parameter write: The one write of `work`, if it is of a kind that is gathered. Then requests
  ///   that wait at the same moment share a transaction. A request whose key is in use elsewhere,
  ///   or whose part fails, leaves it and gets one of its own.
  package func once(
    _ request: KeyedRequest, gathering write: GatheredWrite? = nil,
    work: () async throws -> StoredAnswer, refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome {
    let request = IdentifiedRequest(request)
    if let batcher = write.flatMap({ batchers[$0] }) {
      if let outcome = try await together(request, by: batcher, work: work, refusal: refusal) {
        return outcome
      }
    }
    return try await alone(request, work: work, refusal: refusal)
  }

  /// Nil when the request needs a transaction of its own.
  private func together(
    _ request: IdentifiedRequest, by batcher: AnswerBatcher,
    work: () async throws -> StoredAnswer, refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome? {
    for _ in 0..<RowsLockedElsewhere.attemptsMax {
      let batched = BatchedRequest(request, on: database.loop)
      switch await batcher.join(batched) {
      case .known(let outcome): return outcome
      case .failed(let error): throw OrderError(error)
      case .alone: return nil
      case .part:
        switch try await batched.answer(work, refusal: refusal) {
        case .answered(let answer): return .answered(answer)
        case .alone: return nil
        case .again: try await mappingErrors(batched.waitUntilRowsAreFree)
        }
      }
    }
    throw OrderError(.busy)
  }

  private func alone(
    _ request: IdentifiedRequest, work: () async throws -> StoredAnswer,
    refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome {
    do {
      return try await database.transaction { (transaction) throws(Interruption) in
        let claim = try await Self.claim(request, in: transaction)
        if let outcome = claim.outcome {
          if claim.waitsForStandby {
            do throws(PostgresError) { try await transaction.awaitReplication() } catch {
              throw .database(error)
            }
          }
          return outcome
        }
        let answer: StoredAnswer
        do {
          answer = try await transaction.including(work)
        } catch {
          guard let refused = refusal(error) else { throw .work(error) }
          answer = refused
        }
        do throws(PostgresError) {
          try await transaction.store([(request, answer)])
        } catch {
          throw .database(error)
        }
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
    _ request: IdentifiedRequest, in transaction: Transaction
  ) async throws(Interruption) -> AnswerClaim {
    do throws(PostgresError) {
      return try await transaction.claim([request], mayWait: true)[0]
    } catch {
      guard error.serverError?.state == .lockNotAvailable else { throw .database(error) }
      throw .underWay
    }
  }
}

/// The result of an attempt to lock the identity of a request.
struct AnswerClaim {
  /// Whether another transaction holds the lock, so that this one did not get it.
  let isLockedElsewhere: Bool
  /// The outcome of the request, if it was answered before; nil when it is new.
  let outcome: KeyedOutcome?
  /// Whether commits wait for a standby, and so must what says that an earlier one was made.
  let waitsForStandby: Bool

  init(_ row: Row) throws(PostgresError) {
    waitsForStandby = try row.bool(7)
    isLockedElsewhere = try row.bool(0)
    if try !row.bool(1) {
      outcome = nil
    } else if try !row.bool(2) {
      outcome = .otherRequest
    } else {
      outcome = .replayed(
        StoredAnswer(
          status: try row.int(3), contentType: try row.optionalText(4), fields: try row.text(5),
          body: try row.bytea(6)))
    }
  }
}

/// A request with the digests under which its answer is stored. It is an object, as it is passed on
/// a lot and has many parts.
final class IdentifiedRequest: Sendable {
  let request: KeyedRequest
  /// The digest of the identity: who asked for what by which key. `answer_id()` computes the same.
  let id: Digest
  /// The digest that tells whether two requests with the same identity are the same request.
  let fingerprint: Digest

  init(_ request: KeyedRequest) {
    self.request = request
    let identity = request.identity
    var name: [UInt8] = []
    name.reserveCapacity(256)
    name += (identity.token.map(String.init) ?? "-").utf8
    for part in [identity.contract, identity.method, identity.path, identity.key.value] {
      name.append(UInt8(ascii: " "))
      name += part.utf8
    }
    id = Digest(of: name)
    fingerprint = Digest(of: request.content)
  }
}

extension Transaction {
  /// Locks the identities of requests, and finds the answers that are stored under them.
  func claim(
    _ requests: [IdentifiedRequest], mayWait: Bool
  ) async throws(PostgresError) -> [AnswerClaim] {
    let rows = try await run(
      """
      SELECT is_held, is_answered, is_same, status, content_type, fields, body,
             \(SQL.commitsWaitForStandby)
        FROM claim_answers(\(requests.map(\.id)), \(requests.map(\.fingerprint)), \(mayWait))
      """)
    guard rows.count == requests.count else {
      throw rows.undecodable(0, expected: "a row for each of \(requests.count) requests")
    }
    return try rows.map { row throws(PostgresError) in try AnswerClaim(row) }
  }

  /// Has the commit wait for the synchronous standby, as that of a write does.
  ///
  /// A server that crashed while a commit waited for the standby shows it after its start, although
  /// the standby may not have it. To repeat the answer to such a request promises that it is safe.
  func awaitReplication() async throws(PostgresError) {
    _ = try await run("SELECT \(SQL.waitForStandby)")
  }

  /// Stores answers under the identities that were claimed, when the transaction is committed.
  func store(
    _ answers: [(request: IdentifiedRequest, answer: StoredAnswer)]
  ) async throws(PostgresError) {
    try await runLast(
      """
      INSERT INTO idempotency_keys (id, token, contract, method, path, key, fingerprint, status,
                                    content_type, fields, body)
      SELECT * FROM unnest(
          \(answers.map { $0.request.id }), \(answers.map { $0.request.request.identity.token }),
          \(answers.map { $0.request.request.identity.contract }),
          \(answers.map { $0.request.request.identity.method }),
          \(answers.map { $0.request.request.identity.path }),
          \(answers.map { $0.request.request.identity.key.value }),
          \(answers.map { $0.request.fingerprint }),
          \(answers.map { Int32(clamping: $0.answer.status) }),
          \(answers.map { $0.answer.contentType }), \(answers.map { $0.answer.fields }),
          \(answers.map { Bytea($0.answer.body) }))
      """)
  }
}

/// Why the transaction ends early.
private enum Interruption: PostgresFailure {
  case database(PostgresError)
  case work(any Error)
  case underWay

  init(_ error: PostgresError) { self = .database(error) }
}
