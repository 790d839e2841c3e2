import Synchronization
package import Telemetry

/// The places of those who follow the feed in this process, by stream or by a request that waits.
package final class FeedPlaces: Sendable {
  /// How many there are. Each takes a connection and about 2 KB.
  static let countMax = 2_000
  /// How many of them one token may have: one for each program of a company, and room to spare.
  static let countOfTokenMax = 20

  struct Figures: FigureGroup {
    let followers = Gauge(
      "feed_followers", "Streams of the feed and requests that wait for an event")
    let refused = Counter(
      "feed_followers_refused_total", "Streams and waits that were refused as there were too many")
  }

  private let figures = Figures()
  private let ofTokens = Mutex<[Int: Int]>([:])

  package init() {}

  package func report(to exposition: inout Exposition) { figures.report(to: &exposition) }

  /// A place, for as long as the object exists.
  final class Place: Sendable {
    private let places: FeedPlaces
    private let token: Int?

    fileprivate init(_ places: FeedPlaces, _ token: Int?) {
      self.places = places
      self.token = token
    }

    deinit { places.give(back: token) }
  }

  /// A place for the caller with a token; without tokens only the number of all is limited.
  func take(for token: Int?) throws(Failure) -> Place {
    guard figures.followers.add(upTo: Self.countMax) else { throw refuse() }
    if let token {
      let isFree = ofTokens.withLock { counts in
        guard counts[token, default: 0] < Self.countOfTokenMax else { return false }
        counts[token, default: 0] += 1
        return true
      }
      guard isFree else {
        figures.followers.subtract()
        throw refuse()
      }
    }
    return Place(self, token)
  }

  private func refuse() -> Failure {
    figures.refused.add()
    return .tooManyStreams
  }

  private func give(back token: Int?) {
    figures.followers.subtract()
    guard let token else { return }
    ofTokens.withLock { counts in
      let left = (counts[token] ?? 1) - 1
      counts[token] = left > 0 ? left : nil
    }
  }
}
