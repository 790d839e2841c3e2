/// A set of indices that allocates no memory while they are below 64, as in an order body.
struct JSONIndexSet {
  private var low: UInt64 = 0
  private var high: [UInt64] = []

  func contains(_ index: Int) -> Bool {
    let (word, bit) = (index / 64 - 1, UInt64(1) << (index % 64))
    return (word < 0 ? low : word < high.count ? high[word] : 0) & bit != 0
  }

  mutating func insert(_ index: Int) {
    let (word, bit) = (index / 64 - 1, UInt64(1) << (index % 64))
    guard word >= 0 else { return low |= bit }
    while high.count <= word { high.append(0) }
    high[word] |= bit
  }
}
