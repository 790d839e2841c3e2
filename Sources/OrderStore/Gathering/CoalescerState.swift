/// Which waiters wait for which key, as a value: keys that are asked for at one moment become one
/// batch, and a key that is asked for several times is in it once.
struct CoalescerState<Key: Hashable, Waiter> {
  /// Keys that are fetched together, and who waits for each.
  struct Batch {
    fileprivate(set) var keys: [Key] = []
    fileprivate(set) var waiters: [Key: [Waiter]] = [:]
  }

  private let keysMax: Int
  private let batchesMax: Int
  private var gathering = Batch()
  private var underWay = 0

  /// Batches of at most `keysMax` keys, at most `batchesMax` of them at once.
  init(keysMax: Int, batchesMax: Int) {
    self.keysMax = keysMax
    self.batchesMax = batchesMax
  }

  /// Adds a waiter for a key; whether a batch should be started when the turn ends.
  mutating func join(_ waiter: Waiter, for key: Key) -> Bool {
    guard gathering.waiters[key]?.append(waiter) == nil else { return false }
    gathering.keys.append(key)
    gathering.waiters[key] = [waiter]
    return underWay < batchesMax && gathering.keys.count == 1
  }

  /// The next batch to fetch, if one may start; to be followed by `finished`.
  mutating func start() -> Batch? {
    guard underWay < batchesMax, !gathering.keys.isEmpty else { return nil }
    underWay += 1
    guard gathering.keys.count > keysMax else {
      defer { gathering = Batch() }
      return gathering
    }
    var batch = Batch()
    batch.keys = Array(gathering.keys.prefix(keysMax))
    gathering.keys.removeFirst(keysMax)
    for key in batch.keys { batch.waiters[key] = gathering.waiters.removeValue(forKey: key) }
    return batch
  }

  /// A batch has its answer; more may start.
  mutating func finished() { underWay -= 1 }
}
