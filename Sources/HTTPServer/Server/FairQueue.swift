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

  /// A sender that holds slots or waits.
  private struct Share {
    /// How many slots it holds.
    var held = 0
    /// Its requests that wait. It may be empty in a sender's turn, as requests can leave.
    var line: [Waiting] = []
    var hasTurn = false
  }

  private let slots: Int
  private let waitingMax: Int
  private let bytesMax: Int
  private var free: Int
  private var shares: [Sender: Share] = [:]
  /// The senders that have a turn, in the order of these.
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
    let needed = slots(of: demand)
    let known = shares.index(forKey: demand.sender)
    if turns.isEmpty, hasRoom(for: needed, holding: known.map { shares.values[$0].held } ?? 0) {
      free -= needed
      if let known {
        shares.values[known].held += needed
      } else {
        shares[demand.sender] = Share(held: needed)
      }
      return .start
    }
    let before = known.map { shares.values[$0].line.count } ?? 0
    guard before < waitingMax, bytes + size <= bytesMax else { return .refuse }
    bytes += size
    if known.map({ shares.values[$0].hasTurn }) != true { turns.append(demand.sender) }
    shares[demand.sender, default: Share()].line.append(
      Waiting(entry: entry, slots: needed, bytes: size))
    shares[demand.sender]?.hasTurn = true
    return .wait
  }

  /// The next request to start, if one may.
  mutating func next() -> Entry? {
    // Only senders that hold slots are passed over, so there are never many of them.
    for _ in 0..<turns.count {
      guard let sender = turns.first, let place = shares.index(forKey: sender) else { break }
      guard let first = shares.values[place].line.first else {
        endTurn(at: place)
        continue
      }
      guard hasRoom(for: first.slots, holding: shares.values[place].held) else {
        // A sender without any slot keeps the first place until there is room for it.
        guard shares.values[place].held > 0 else { return nil }
        endTurn(at: place)
        continue
      }
      free -= first.slots
      bytes -= first.bytes
      shares.values[place].held += first.slots
      shares.values[place].line.removeFirst()
      endTurn(at: place)
      return first.entry
    }
    return nil
  }

  /// A request that has started is over.
  mutating func finished(_ demand: Demand) {
    guard let place = shares.index(forKey: demand.sender) else { return }
    let given = slots(of: demand)
    free += given
    shares.values[place].held -= given
    forgetIdle(at: place)
  }

  /// A request does not wait any longer.
  mutating func leave(_ entry: Entry, _ demand: Demand) {
    guard let place = shares.index(forKey: demand.sender),
      let index = shares.values[place].line.firstIndex(where: { $0.entry === entry })
    else { return }
    bytes -= shares.values[place].line.remove(at: index).bytes
  }

  /// Gives the sender whose turn it is another one, after the others, if it has requests that wait.
  private mutating func endTurn(at place: Dictionary<Sender, Share>.Index) {
    if shares.values[place].line.isEmpty {
      turns.removeFirst()
      shares.values[place].hasTurn = false
      forgetIdle(at: place)
    } else if turns.count > 1 {
      turns.append(turns.removeFirst())
    }
  }

  /// Forgets a sender that neither holds slots nor waits.
  private mutating func forgetIdle(at place: Dictionary<Sender, Share>.Index) {
    guard shares.values[place].held == 0, !shares.values[place].hasTurn else { return }
    shares.remove(at: place)
  }

  /// A sender without any slot may take every free one. A sender that holds some must leave as many
  /// free as it then holds, so that there is always room for another sender: one sender alone gets
  /// half of the slots, two get a third each.
  private func hasRoom(for needed: Int, holding held: Int) -> Bool {
    held == 0 ? needed <= free : held + needed <= free - needed
  }
}
