import EventLoop
import Telemetry

/// What the reads of one request have in common, on a loop that has replicas.
package final class RequestReads {
  /// Who reads: requests of the same number never see time run backwards.
  package let reader: Int
  /// What the request itself wants a copy to show.
  let wanted: LogPosition?
  /// Whether any copy may answer that is new enough.
  package internal(set) var allowsCopies: Bool
  /// Whether a copy has answered.
  package internal(set) var usedCopy = false
  private let replicas: LoopReplicas

  init(_ replicas: LoopReplicas, reader: Int, wanted: LogPosition?, allowsCopies: Bool) {
    self.replicas = replicas
    self.reader = reader
    self.wanted = wanted
    self.allowsCopies = allowsCopies
  }

  /// Waits until the primary shows all that replicas have shown the reader.
  package func settle() async { await replicas.settle(reader) }

  /// The request has seen what the primary shows.
  package func sawPrimary() { replicas.shared.withBoard { $0.sawPrimary(reader) } }

  /// The request has got an error from the primary, which may tell what is there; not when it only
  /// tells that the primary is away, or has no time. Readers would wait for its return then.
  package func sawPrimary(failingWith error: PostgresError) {
    if !error.isUnavailable { sawPrimary() }
  }
}

/// Reads and writes of requests, for a database with replicas.
package struct ReadPositions {
  private let replicas: LoopReplicas
  private let loop: EventLoop

  /// Nil for a database without replicas.
  package init?(_ database: Database) {
    guard let replicas = database.replicas else { return nil }
    self.replicas = replicas
    loop = database.loop
  }

  /// Runs `body`, the reads of which any copy may answer that is new enough for the reader and has
  /// reached `position`.
  ///
  /// When `body` throws after a copy has answered, it is run again on the primary, because what is
  /// refused may only be too new for the copy; but not after an error that `isPassing`: it comes
  /// from the primary, which has been asked already.
  package func readingAnyCopy<Value>(
    by reader: Int, at position: LogPosition?, isPassing: (any Error) -> Bool,
    _ body: () async throws -> Value
  ) async throws -> Value {
    let request = RequestReads(replicas, reader: reader, wanted: position, allowsCopies: true)
    do {
      return try await request.including(on: loop, body)
    } catch {
      guard request.usedCopy, !isPassing(error) else { throw error }
      replicas.shared.figures.toPrimary[.refusal].add()
      request.allowsCopies = false
      return try await request.including(on: loop, body)
    }
  }

  /// Runs `body`, which reads what the primary shows.
  package func readingPrimary<Value>(
    by reader: Int, isPassing: (any Error) -> Bool, _ body: () async throws -> Value
  ) async throws -> Value {
    await replicas.settle(reader)
    do {
      let value = try await body()
      sawPrimary(by: reader)
      return value
    } catch {
      // A refusal, too, tells what is on the primary.
      if !isPassing(error) { sawPrimary(by: reader) }
      throw error
    }
  }

  /// Runs `body`, which may write; returns a position behind all that it wrote, or nil when that is
  /// not known.
  package func writing<Value>(
    by reader: Int, _ body: () async throws -> Value
  ) async throws -> (Value, LogPosition?) {
    let request = RequestReads(replicas, reader: reader, wanted: nil, allowsCopies: false)
    let withoutPosition = replicas.commitsWithoutPosition
    do {
      let value = try await request.including(on: loop, body)
      // A commit whose position was not found out may have been of this request.
      guard let position = replicas.committed, replicas.commitsWithoutPosition == withoutPosition
      else {
        sawPrimary(by: reader)
        return (value, nil)
      }
      replicas.shared.withBoard { $0.wrote(reader, before: position) }
      return (value, position)
    } catch {
      // It may have seen, and even written, anything.
      sawPrimary(by: reader)
      throw error
    }
  }

  /// The reader has seen what the primary showed until now.
  package func sawPrimary(by reader: Int) {
    replicas.shared.withBoard { $0.sawPrimary(reader) }
  }
}
