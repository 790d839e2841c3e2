import Postgres

/// How large batches get, and how many there are.
struct BatchLimits: Sendable {
  /// Entries of one batch.
  var entriesMax: Int
  /// Weight of one batch, in whatever its entries are weighed by; one heavier entry goes alone.
  var weightMax: Int
  /// Batches under way at once.
  var batchesMax: Int
  /// Entries that wait for a batch; more are refused at once.
  var waitingMax: Int

  /// Limits that fit small writes: a larger batch would gain nothing more.
  static let standard = BatchLimits(
    entriesMax: 64, weightMax: 64, batchesMax: 1, waitingMax: 4_096)
}

/// Which entries go with which batch, as a value: entries that come while a batch is under way wait
/// for the next one, in the order in which they came. Where several may be under way, one starts
/// beside others when as many entries wait as each of these has on average. Earlier it would be
/// small, and each batch has a cost of its own.
struct BatcherState<Entry> {
  /// What to do about a new entry.
  enum JoinDecision { case startAtEndOfTurn, wait, refuse }

  private let limits: BatchLimits
  private var waiting = Queue<(entry: Entry, weight: Int)>()
  /// How many batches are under way.
  private(set) var underWay = 0
  private var entriesUnderWay = 0
  /// Whether a batch may start while another one is under way, if the limits have room for it.
  var startsBesideOthers = true
  private var isStarting = false

  init(_ limits: BatchLimits) { self.limits = limits }

  /// Adds an entry.
  mutating func join(_ entry: Entry, weight: Int) -> JoinDecision {
    guard waiting.count < limits.waitingMax else { return .refuse }
    waiting.append((entry, weight))
    guard mayStart, !isStarting else { return .wait }
    isStarting = true
    return .startAtEndOfTurn
  }

  /// The next batch, if one may start; to be followed by `finished`.
  mutating func start() -> [Entry]? {
    isStarting = false
    guard mayStart, !waiting.isEmpty else { return nil }
    underWay += 1
    var batch: [Entry] = []
    var weight = 0
    while let next = waiting.first, batch.count < limits.entriesMax,
      batch.isEmpty || weight + next.weight <= limits.weightMax
    {
      waiting.popFirst()
      batch.append(next.entry)
      weight += next.weight
    }
    entriesUnderWay += batch.count
    return batch
  }

  private var mayStart: Bool {
    underWay == 0
      || startsBesideOthers && underWay < limits.batchesMax
        && waiting.count * underWay >= entriesUnderWay
  }

  /// A batch of so many entries is over; more may start.
  mutating func finished(_ entries: Int) {
    underWay -= 1
    entriesUnderWay -= entries
  }
}
