package import OrderStore
package import Orders

/// Gives a request that carries a key one effect and one answer, however often it is sent.
///
/// The database alone sees to that. But twins that come to one loop while the first is under way
/// wait here: in the database each would hold a connection, and a crowd of them all there are.
package final class IdempotentAnswers {
  private typealias Waiter = UnsafeContinuation<StoredAnswer?, Never>

  /// A twin that has waited so long takes over no more: about as long as one would wait for the
  /// other's lock in the database.
  private static let waitMax = Duration.seconds(1)

  private let answers: AnswerRepository
  private let now: () -> Duration
  private var underWay: [KeyedRequest.Name: (content: [UInt8], twins: [Waiter])] = [:]

  /// Answers kept in this repository.
  ///
  /// - Parameter now: A clock that never goes back.
  package init(answers: AnswerRepository, now: @escaping () -> Duration) {
    self.answers = answers
    self.now = now
  }

  /// Does `work` unless the request was answered before. `refusal` is what is to be kept of an
  /// error; nil when nothing is: then the error goes on, and the key is as good as new.
  package func answer(
    _ request: KeyedRequest, work: () async throws -> StoredAnswer,
    refusal: (any Error) -> StoredAnswer?
  ) async throws -> KeyedOutcome {
    let cameAt = now()
    while let first = underWay[request.name] {
      if let answer = await wait(for: request.name) {
        return first.content == request.content ? .replayed(answer) : .otherRequest
      }
      // A first one that came to nothing leaves the work to one of those who waited. Not to one
      // after the other when each of them takes as long as may be: a crowd would run out of time.
      if now() - cameAt >= Self.waitMax { return .underWay }
    }
    underWay[request.name] = (request.content, [])
    var answer: StoredAnswer?
    defer {
      let twins = underWay.removeValue(forKey: request.name)?.twins ?? []
      for twin in twins { twin.resume(returning: answer) }
    }
    let outcome = try await answers.once(request, work: work, refusal: refusal)
    switch outcome {
    case .answered(let given), .replayed(let given): answer = given
    case .otherRequest, .underWay: break
    }
    return outcome
  }

  /// What the first was answered; nil when nothing was kept.
  private func wait(for name: KeyedRequest.Name) async -> StoredAnswer? {
    await withUnsafeContinuation { underWay[name]?.twins.append($0) }
  }
}
