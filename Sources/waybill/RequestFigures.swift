import EventLoop
import HTTP
import HTTPServer
import Synchronization

/// How many requests each route answered, with which status, and how long that took; counted by
/// one loop, read by whichever loop is asked for the metrics, which shows less than is counted
/// here: see `RouteTable`.
final class RequestFigures: Sendable {
  /// Upper bounds of the histogram's buckets, in seconds; the last bucket has none.
  static let bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
  private static let boundsInNanoseconds = bounds.map { Int64($0 * 1e9) }

  /// What one line of figures is about. The names come from route tables, so there is no more of
  /// them than routes, however clients spell their requests.
  struct Key: Hashable, Sendable {
    let site: String
    let route: String
    let method: String
    let status: Int

    /// Route and status tell nearly all keys apart: what else there is would only cost time.
    func hash(into hasher: inout Hasher) {
      hasher.combine(route)
      hasher.combine(status)
    }
  }

  struct Histogram: Sendable {
    var counts = [Int](repeating: 0, count: bounds.count + 1)
    var nanoseconds: Int64 = 0

    var total: Int { counts.reduce(0, +) }

    /// Counts one request.
    mutating func add(nanoseconds: Int64) {
      let bucket = boundsInNanoseconds.firstIndex { nanoseconds <= $0 } ?? bounds.count
      counts[bucket] += 1
      self.nanoseconds &+= nanoseconds
    }

    mutating func add(_ other: Histogram) {
      for index in counts.indices { counts[index] += other.counts[index] }
      nanoseconds &+= other.nanoseconds
    }
  }

  private let figures = Mutex<[Key: Histogram]>([:])

  var snapshot: [Key: Histogram] { figures.withLock { $0 } }

  func count(_ finished: FinishedRequest) {
    let key = Key(
      site: finished.site, route: finished.route ?? "none",
      method: Self.name(finished.request?.method), status: finished.status.code)
    count(key, nanoseconds: finished.duration.inNanoseconds)
  }

  func count(_ key: Key, nanoseconds: Int64) {
    figures.withLock { $0[key, default: Histogram()].add(nanoseconds: nanoseconds) }
  }

  /// A method nobody knows is not repeated: its name is the client's to choose.
  private static func name(_ method: Method?) -> String {
    if case .other = method { "other" } else { method?.name ?? "none" }
  }
}
