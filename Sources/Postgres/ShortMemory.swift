public import EventLoop

/// A `Coalescer` that remembers for a moment what it found, so that what is asked with every
/// request is looked up once in that moment.
///
/// What is not there is not remembered: it may come to be, and anybody could ask for any number of
/// such keys.
public final class ShortMemory<Key: Hashable & Sendable, Value: Sendable> {
  private let loop: EventLoop
  private let lifetime: Duration
  private let coalescer: Coalescer<Key, Value>
  private var state: ShortMemoryState<Key, Value>

  /// A memory of at most `limit` values, each for `lifetime` from the moment it was asked for, so
  /// that a change is seen by everybody that much after it was committed.
  public init(
    on loop: EventLoop, lifetime: Duration, limit: Int,
    fetch: @escaping ([Key]) async throws(PostgresError) -> [Key: Value]
  ) {
    self.loop = loop
    self.lifetime = lifetime
    coalescer = Coalescer(on: loop, fetch: fetch)
    state = ShortMemoryState(limit: limit)
  }

  /// The value of a key, or nil when there is none.
  public func load(_ key: Key) async throws(PostgresError) -> Value? {
    let asked = loop.now
    if let value = state.value(of: key, at: asked) { return value }
    guard let value = try await coalescer.load(key) else { return nil }
    state.keep(value, for: key, until: asked + lifetime, at: loop.now)
    return value
  }
}

/// Values that are known until a moment, never more than a limit.
struct ShortMemoryState<Key: Hashable, Value> {
  private let limit: Int
  private var entries: [Key: (value: Value, until: Instant)] = [:]

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  func value(of key: Key, at now: Instant) -> Value? {
    guard let entry = entries[key], now < entry.until else { return nil }
    return entry.value
  }

  /// Keeps a value. When there is no room the outdated go, and when that does not help, all: each
  /// costs one look-up to come back, where choosing would cost a search every time.
  mutating func keep(_ value: Value, for key: Key, until end: Instant, at now: Instant) {
    guard now < end else { return }
    if entries.count >= limit, entries[key] == nil {
      entries = entries.filter { now < $0.value.until }
      if entries.count >= limit { entries.removeAll(keepingCapacity: true) }
    }
    entries[key] = (value, end)
  }
}
