package import OrderStore
package import Orders

/// Gives a request that has a key one effect and one answer, however often it is sent.
///
/// The database guarantees that. But a request that repeats one under way on the same loop waits
/// here: in the database each such request would hold a connection, and many of them would take all
/// connections.
package final class IdempotentAnswers {
  private typealias Waiter = UnsafeContinuation<StoredAnswer?, Never>

  /// After this wait a repetition is refused and does not do the work itself. It would wait about
  /// as long for the lock in the database.
  private static let waitMax = Duration.seconds(1)

  private let answers: AnswerRepository
  private let now: () -> Duration
  private var underWay: [KeyedRequest.Identity: (content: [UInt8], repetitions: [Waiter])] = [:]

  /// Answers stored in this repository. The clock never goes back.
  package init(answers: AnswerRepository, now: @escaping () -> Duration) {
    self.answers = answers
    self.now = now
  }

  /// Runs `work` unless the request was answered before. `refusal` returns the answer to store for
  /// an error; if it is nil, nothing is stored, the error is rethrown, and the key may be used
  /// again. `write` is the one write of `work`, if it is of a kind that is gathered.
  package func answer(
    _ request: KeyedRequest, gathering write: GatheredWrite? = nil,
    work: () async throws -> StoredAnswer,
    refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome {
    let cameAt = now()
    while let first = underWay[request.identity] {
      if let answer = await wait(for: request.identity) {
        return first.content == request.content ? .replayed(answer) : .otherRequest
      }
      // The first request stored nothing, so one of those that waited does the work. If each of
      // them takes as long as it may, the last one would wait too long, so the wait is limited.
      if now() - cameAt >= Self.waitMax { return .underWay }
    }
    underWay[request.identity] = (request.content, [])
    var answer: StoredAnswer?
    defer {
      let waiters = underWay.removeValue(forKey: request.identity)?.repetitions ?? []
      for waiter in waiters { waiter.resume(returning: answer) }
    }
    let outcome = try await answers.once(
      request, gathering: write, work: work, refusal: refusal)
    switch outcome {
    case .answered(let given), .replayed(let given): answer = given
    case .otherRequest, .underWay: break
    }
    return outcome
  }

  /// The answer to the first request; nil when nothing was stored.
  private func wait(for identity: KeyedRequest.Identity) async -> StoredAnswer? {
    await withUnsafeContinuation { underWay[identity]?.repetitions.append($0) }
  }
}
