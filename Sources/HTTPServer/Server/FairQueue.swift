import HTTP

/// Decides which requests handlers work on, as a value. Their slots are shared out among senders: a
/// sender that holds fewer than the others comes first, and senders that wait take turns.
struct FairQueue<Entry: AnyObject> {
  enum Admission: Equatable {
    case start
    case wait
    /// Too many wait already.
    case refuse
  }

  private struct Waiting {
    let entry: Entry
    let slots: Int
    let bytes: Int
  }

  private let slots: Int
  private let waitingMax: Int
  private let bytesMax: Int
  private var free: Int
  /// How many slots each sender holds; those with none are not in it.
  private var held: [Sender: Int] = [:]
  /// The waiting requests of each sender. Each sender in `turns` has a line, which may be empty.
  private var lines: [Sender: [Waiting]] = [:]
  private var turns: ArraySlice<Sender> = []
  private var bytes = 0

  /// At most `waitingMax` requests of each sender wait, with at most `bytesMax` bytes in all.
  init(slots: Int, waitingMax: Int, bytesMax: Int) {
    self.slots = slots
    self.waitingMax = waitingMax
    self.bytesMax = bytesMax
    free = slots
  }

  /// How many slots a request with this demand takes.
  func slots(of demand: Demand) -> Int { max(1, min(demand.slots, slots / 2)) }

  /// Starts, queues or refuses a request. One that is queued is returned by `next` in its turn.
  mutating func join(_ entry: Entry, _ demand: Demand, bytes size: Int) -> Admission {
    let sender = demand.sender
    let needed = slots(of: demand)
    if turns.isEmpty, hasRoom(for: needed, of: sender) {
      take(needed, for: sender)
      return .start
    }
    let line = lines[sender]
    guard (line?.count ?? 0) < waitingMax, bytes + size <= bytesMax else { return .refuse }
    if line == nil { turns.append(sender) }
    lines[sender, default: []].append(Waiting(entry: entry, slots: needed, bytes: size))
    bytes += size
    return .wait
  }

  /// The next request to start, if one may.
  mutating func next() -> Entry? {
    // Only senders that hold slots are passed over, so there are never many of them.
    for _ in 0..<turns.count {
      guard let sender = turns.first else { break }
      guard let first = lines[sender]?.first else {
        turns.removeFirst()
        lines[sender] = nil
        continue
      }
      guard hasRoom(for: first.slots, of: sender) else {
        // A sender without any slot keeps the first place until there is room for it.
        guard held[sender] != nil else { return nil }
        turns.removeFirst()
        turns.append(sender)
        continue
      }
      take(first.slots, for: sender)
      bytes -= first.bytes
      turns.removeFirst()
      lines[sender]?.removeFirst()
      if lines[sender]?.isEmpty == false { turns.append(sender) } else { lines[sender] = nil }
      return first.entry
    }
    return nil
  }

  /// A request that has started is over.
  mutating func finished(_ demand: Demand) {
    let given = slots(of: demand)
    free += given
    let left = (held[demand.sender] ?? given) - given
    held[demand.sender] = left > 0 ? left : nil
  }

  /// A request does not wait any longer.
  mutating func leave(_ entry: Entry, _ demand: Demand) {
    guard let index = lines[demand.sender]?.firstIndex(where: { $0.entry === entry }),
      let left = lines[demand.sender]?.remove(at: index)
    else { return }
    bytes -= left.bytes
  }

  /// A sender without any slot may take every free one. A sender that holds some must leave as many
  /// free as it then holds, so that there is always room for another sender: one sender alone gets
  /// half of the slots, two get a third each.
  private func hasRoom(for needed: Int, of sender: Sender) -> Bool {
    guard let has = held[sender] else { return needed <= free }
    return has + needed <= free - needed
  }

  private mutating func take(_ needed: Int, for sender: Sender) {
    free -= needed
    held[sender, default: 0] += needed
  }
}
