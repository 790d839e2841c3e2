import Synchronization
package import Telemetry

/// Limits how many streams of one kind this process has at a time: each stream takes a place.
package final class StreamPlaces: Sendable {
  private let countMax: Int
  private let countPerTokenMax: Int
  private let taken: Gauge
  private let refused: Counter
  private let takenByToken = Mutex<[Int: Int]>([:])

  private init(_ name: String, countMax: Int, countPerTokenMax: Int, _ help: String) {
    self.countMax = countMax
    self.countPerTokenMax = countPerTokenMax
    taken = Gauge(name, help)
    refused = Counter("\(name)_refused_total", "How many more were refused")
  }

  /// For streams of the feed and requests that wait for an event. Each takes a connection and about
  /// 5 KB. A token has enough places for every program of a company, with room to spare.
  package static func ofFeed() -> StreamPlaces {
    StreamPlaces(
      "feed_followers", countMax: 2_000, countPerTokenMax: 20,
      "Streams of the feed and requests that wait for an event")
  }

  /// For exports. Each reads pages one after the other, as fast as its client takes them.
  package static func ofExports() -> StreamPlaces {
    StreamPlaces("exports", countMax: 8, countPerTokenMax: 2, "Exports that are under way")
  }

  package func report(to exposition: inout Exposition) {
    taken.report(to: &exposition)
    refused.report(to: &exposition)
  }

  /// A place, for as long as the object exists.
  final class Place: Sendable {
    private let places: StreamPlaces
    private let token: Int?

    fileprivate init(_ places: StreamPlaces, _ token: Int?) {
      self.places = places
      self.token = token
    }

    deinit { places.give(back: token) }
  }

  /// A place for the caller with a token; without a token only the total number is limited.
  func take(for token: Int?) throws(Failure) -> Place {
    guard taken.add(upTo: countMax) else { throw refuse() }
    if let token {
      let isFree = takenByToken.withLock { counts in
        guard counts[token, default: 0] < countPerTokenMax else { return false }
        counts[token, default: 0] += 1
        return true
      }
      guard isFree else {
        taken.subtract()
        throw refuse()
      }
    }
    return Place(self, token)
  }

  private func refuse() -> Failure {
    refused.add()
    return .tooManyStreams
  }

  private func give(back token: Int?) {
    taken.subtract()
    guard let token else { return }
    takenByToken.withLock { counts in
      let left = (counts[token] ?? 1) - 1
      counts[token] = left > 0 ? left : nil
    }
  }
}
