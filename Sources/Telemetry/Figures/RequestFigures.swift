import Synchronization

/// How many requests each route answered, with which status, and how long that took; counted by
/// one loop, read by whichever loop is asked for the metrics.
///
/// Fewer series are shown than are counted here: keys that get the same labels are added up.
package final class RequestFigures: Sendable {
  private static let requests = FigureDescription(
    .counter, "http_server_requests_total", labels: ["site", "route", "method", "status"],
    "Requests answered, by route, method and class of status")
  private static let durations = FigureDescription(
    .histogram, "http_server_request_duration_seconds", labels: ["contract"],
    "Time from a whole request to its answer, by contract")

  /// What requests are told apart by. The names come from route tables, so there are no more keys
  /// than routes allow, however clients spell their requests.
  package struct Key: Hashable, Sendable {
    package let site: String
    package let route: String
    package let method: String
    package let status: Int

    package init(site: String, route: String, method: String, status: Int) {
      self.site = site
      self.route = route
      self.method = method
      self.status = status
    }

    /// Route and status tell nearly all keys apart: hashing the rest would only cost time.
    package func hash(into hasher: inout Hasher) {
      hasher.combine(route)
      hasher.combine(status)
    }
  }

  private let figures = Mutex<[Key: Histogram]>([:])

  package init() {}

  package func count(_ key: Key, nanoseconds: Int64) {
    figures.withLock { $0[key, default: Histogram()].add(nanoseconds: nanoseconds) }
  }

  /// Requests of all kinds together.
  package struct Sum: Sendable {
    /// How long they took.
    package var times = Histogram()
    /// How many were answered with a status of 500 or more.
    package var errors = 0

    package init() {}
  }

  /// What several loops have counted of the requests that are wanted.
  package static func sum(_ loops: [RequestFigures], where isWanted: (Key) -> Bool) -> Sum {
    var sum = Sum()
    for loop in loops {
      for (key, histogram) in loop.figures.withLock({ $0 }) where isWanted(key) {
        sum.times.add(histogram)
        if key.status >= 500 { sum.errors += histogram.total }
      }
    }
    return sum
  }

  /// Reports what several loops have counted, under the labels that a route table gives a key.
  package static func report(
    _ loops: [RequestFigures], to exposition: inout Exposition,
    labels: (Key) -> [String], contract: (Key) -> String
  ) {
    var counts: [[String]: Int] = [:]
    var times: [String: Histogram] = [:]
    for loop in loops {
      for (key, histogram) in loop.figures.withLock({ $0 }) {
        counts[labels(key), default: 0] += histogram.total
        times[contract(key), default: Histogram()].add(histogram)
      }
    }
    exposition.declare(requests)
    for (labels, count) in counts.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      exposition.add(requests, labels: labels, value: count)
    }
    exposition.declare(durations)
    for (contract, histogram) in times.sorted(by: { $0.key < $1.key }) {
      exposition.add(durations, labels: [contract], histogram)
    }
  }
}
