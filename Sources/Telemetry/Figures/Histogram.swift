/// Counts durations by their length, in buckets.
package struct Histogram: Equatable, Sendable {
  /// Upper bounds of the buckets, in seconds; the last bucket has none.
  package static let bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
  private static let boundsInNanoseconds = bounds.map { Int64($0 * 1e9) }

  private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
  private(set) var nanoseconds: Int64 = 0

  package init() {}

  /// How many durations were added.
  package var total: Int { counts.reduce(0, +) }

  /// Adds one duration.
  package mutating func add(nanoseconds: Int64) {
    let bucket = Self.boundsInNanoseconds.firstIndex { nanoseconds <= $0 } ?? Self.bounds.count
    counts[bucket] += 1
    self.nanoseconds &+= nanoseconds
  }

  package mutating func add(_ other: Histogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    nanoseconds &+= other.nanoseconds
  }
}
