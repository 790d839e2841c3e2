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

  /// Takes away what was added before.
  mutating func subtract(_ earlier: Histogram) {
    for index in counts.indices { counts[index] -= earlier.counts[index] }
    nanoseconds &-= earlier.nanoseconds
  }

  /// The time, in nanoseconds, that this part of the durations took at most, as if those of a
  /// bucket were spread evenly over it; nil when there are none. What is beyond the last bound
  /// counts as the bound.
  func quantile(_ part: Double) -> Int? {
    let wanted = part * Double(total)
    guard total > 0 else { return nil }
    var below = 0.0
    var lower: Int64 = 0
    for (count, upper) in zip(counts, Self.boundsInNanoseconds) {
      if below + Double(count) >= wanted {
        let share = count > 0 ? (wanted - below) / Double(count) : 0
        return Int(Double(lower) + share * Double(upper - lower))
      }
      below += Double(count)
      lower = upper
    }
    return Int(lower)
  }

  package mutating func add(_ other: Histogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    nanoseconds &+= other.nanoseconds
  }
}
