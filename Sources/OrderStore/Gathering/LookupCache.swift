import EventLoop
import Postgres

/// A cache before a `Coalescer`, for what is looked up with every request.
///
/// A value is used for a short time after it was looked up. While a signal of changes is connected,
/// that time is counted from the last moment at which the connection was confirmed. A missing value
/// is not cached: it may be created at any moment, and anybody could ask for any number of such
/// keys.
final class LookupCache<Key: Hashable & Sendable, Value: Sendable> {
  /// What a look-up finds.
  struct Finding: Sendable {
    let value: Value
    let lifetime: Duration

    /// A value that is looked up again after `lifetime`, changed or not.
    init(_ value: Value, lifetime: Duration) {
      self.value = value
      self.lifetime = lifetime
    }
  }

  private let loop: EventLoop
  private let changes: ChangeSignal
  private let coalescer: Coalescer<Key, Finding>
  private var state: LookupCacheState<Key, Value>

  /// A cache of at most `limit` values. A change is seen everywhere when `trustPeriod` has passed
  /// after its commit; at once where the signal of changes arrives.
  init(
    on loop: EventLoop, trustPeriod: Duration, changes: ChangeSignal, limit: Int,
    fetch: @escaping ([Key]) async throws(PostgresError) -> [Key: Finding]
  ) {
    self.loop = loop
    self.changes = changes
    coalescer = Coalescer(on: loop, fetch: fetch)
    state = LookupCacheState(trustPeriod: trustPeriod, limit: limit)
  }

  /// The value of a key, if it is cached and may still be used.
  func known(_ key: Key) -> Value? {
    state.value(of: key, at: loop.now, changes: changes.state)
  }

  /// The value of a key, or nil when there is none.
  func load(_ key: Key) async throws(PostgresError) -> Value? {
    if let value = known(key) { return value }
    let (asked, changesAsked) = (loop.now, changes.state)
    guard let found = try await coalescer.load(key) else { return nil }
    state.keep(
      found.value, for: key, asked: asked, changesAsked: changesAsked.count,
      until: asked + found.lifetime, at: loop.now, changes: changes.state)
    return found.value
  }
}

/// The cached values: each is used until a moment or a change, and their number has a limit.
struct LookupCacheState<Key: Hashable, Value> {
  typealias Changes = (end: Instant, count: Int)

  private struct Entry {
    let value: Value
    let asked: Instant
    /// How many changes had been signalled when it was looked up.
    let changeCount: Int
    let end: Instant
  }

  private let trustPeriod: Duration
  private let limit: Int
  private var entries: [Key: Entry] = [:]

  init(trustPeriod: Duration, limit: Int) {
    self.trustPeriod = trustPeriod
    self.limit = limit
  }

  var count: Int { entries.count }

  func value(of key: Key, at now: Instant, changes: Changes) -> Value? {
    guard let entry = entries[key], isFresh(entry, at: now, changes: changes) else { return nil }
    return entry.value
  }

  /// Keeps a value. When there is no room, outdated values are dropped; when that does not help,
  /// all are. Each value costs one look-up to come back, whereas choosing one to drop would cost a
  /// search every time.
  mutating func keep(
    _ value: Value, for key: Key, asked: Instant, changesAsked: Int, until end: Instant,
    at now: Instant, changes: Changes
  ) {
    let entry = Entry(value: value, asked: asked, changeCount: changesAsked, end: end)
    guard isFresh(entry, at: now, changes: changes) else { return }
    if entries.count >= limit, entries[key] == nil {
      entries = entries.filter { isFresh($0.value, at: now, changes: changes) }
      if entries.count >= limit { entries.removeAll(keepingCapacity: true) }
    }
    entries[key] = entry
  }

  private func isFresh(_ entry: Entry, at now: Instant, changes: Changes) -> Bool {
    entry.changeCount == changes.count && now < entry.end
      && now < max(entry.asked, changes.end) + trustPeriod
  }
}
