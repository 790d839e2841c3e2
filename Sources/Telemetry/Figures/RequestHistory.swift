import Synchronization

/// How many requests there were in the last hour, and how long they took: a sample each 15 seconds,
/// in memory. It is for people who look at one instance; a monitor keeps more.
package final class RequestHistory: Sendable {
  /// The time between two samples.
  package static let pause = Duration.seconds(15)
  /// The samples of an hour, at 72 bytes each.
  package static let countMax = 240

  /// What happened between two looks.
  package struct Sample: Equatable, Sendable {
    /// When it was taken, in milliseconds since 1970.
    package let milliseconds: Int64
    /// How many requests were answered.
    package let requests: Int
    /// How many of them failed because of the service: with a status of 500 or more.
    package let errors: Int
    /// How long they took, in microseconds; nil without requests.
    package let mean: Int?
    /// The time that half of them took at most.
    package let median: Int?
    /// The time that 99 of 100 took at most.
    package let percentile99: Int?
  }

  private struct State {
    var read: (@Sendable () -> RequestFigures.Sum)?
    var last = RequestFigures.Sum()
    /// The oldest is at `start` once there are `countMax`.
    var samples: [Sample] = []
    var start = 0
  }

  private let state = Mutex(State())

  package init() {}

  /// What is read for each sample from now on: all that was counted since the start.
  package func observe(_ read: @escaping @Sendable () -> RequestFigures.Sum) {
    state.withLock { $0.read = read }
  }

  /// Takes a sample.
  package func take(atMilliseconds now: Int64) {
    guard let read = state.withLock({ $0.read }) else { return }
    let sum = read()
    state.withLock { state in
      let sample = Sample(sum, since: state.last, at: now)
      state.last = sum
      if state.samples.count < Self.countMax {
        state.samples.append(sample)
      } else {
        state.samples[state.start] = sample
        state.start = (state.start + 1) % Self.countMax
      }
    }
  }

  /// All samples, the oldest first.
  package var samples: [Sample] {
    state.withLock { Array($0.samples[$0.start...] + $0.samples[..<$0.start]) }
  }
}

extension RequestHistory.Sample {
  fileprivate init(_ sum: RequestFigures.Sum, since last: RequestFigures.Sum, at now: Int64) {
    var times = sum.times
    times.subtract(last.times)
    milliseconds = now
    requests = times.total
    errors = sum.errors - last.errors
    mean = requests > 0 ? Int(times.nanoseconds) / requests / 1_000 : nil
    median = times.quantile(0.5).map { $0 / 1_000 }
    percentile99 = times.quantile(0.99).map { $0 / 1_000 }
  }
}
