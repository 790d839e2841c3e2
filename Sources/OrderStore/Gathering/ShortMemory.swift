import EventLoop
import Postgres

/// A `Coalescer` that remembers what it found, so that what is asked with every request is looked
/// up once in a while.
///
/// What it remembers is believed for a moment after it was asked for; and as long as the news reach
/// us that would tell of its change, for that moment after the last of them. What is not there is
/// not remembered: it may come to be, and anybody could ask for any number of such keys.
final class ShortMemory<Key: Hashable & Sendable, Value: Sendable> {
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
  private let news: ChangeNews
  private let coalescer: Coalescer<Key, Finding>
  private var state: ShortMemoryState<Key, Value>

  /// A memory of at most `limit` values. A change is seen by everybody when `trust` has passed
  /// after it was committed, and when the news reach us at once.
  init(
    on loop: EventLoop, trust: Duration, news: ChangeNews, limit: Int,
    fetch: @escaping ([Key]) async throws(PostgresError) -> [Key: Finding]
  ) {
    self.loop = loop
    self.news = news
    coalescer = Coalescer(on: loop, fetch: fetch)
    state = ShortMemoryState(trust: trust, limit: limit)
  }

  /// The value of a key, if it is remembered and may be believed.
  func known(_ key: Key) -> Value? {
    state.value(of: key, at: loop.now, news: news.state)
  }

  /// The value of a key, or nil when there is none.
  func load(_ key: Key) async throws(PostgresError) -> Value? {
    if let value = known(key) { return value }
    let (asked, newsAsked) = (loop.now, news.state)
    guard let found = try await coalescer.load(key) else { return nil }
    state.keep(
      found.value, for: key, asked: asked, newsAsked: newsAsked.count,
      until: asked + found.lifetime, at: loop.now, news: news.state)
    return found.value
  }
}

/// Values that are believed until a moment or a change, never more than a limit.
struct ShortMemoryState<Key: Hashable, Value> {
  typealias News = (end: Instant, count: Int)

  private struct Entry {
    let value: Value
    let asked: Instant
    /// How many changes were heard of before it was asked for.
    let newsCount: Int
    let end: Instant
  }

  private let trust: Duration
  private let limit: Int
  private var entries: [Key: Entry] = [:]

  init(trust: Duration, limit: Int) {
    self.trust = trust
    self.limit = limit
  }

  var count: Int { entries.count }

  func value(of key: Key, at now: Instant, news: News) -> Value? {
    guard let entry = entries[key], isSound(entry, at: now, news: news) else { return nil }
    return entry.value
  }

  /// Keeps a value. When there is no room the outdated go, and when that does not help, all: each
  /// costs one look-up to come back, where choosing would cost a search every time.
  mutating func keep(
    _ value: Value, for key: Key, asked: Instant, newsAsked: Int, until end: Instant,
    at now: Instant, news: News
  ) {
    let entry = Entry(value: value, asked: asked, newsCount: newsAsked, end: end)
    guard isSound(entry, at: now, news: news) else { return }
    if entries.count >= limit, entries[key] == nil {
      entries = entries.filter { isSound($0.value, at: now, news: news) }
      if entries.count >= limit { entries.removeAll(keepingCapacity: true) }
    }
    entries[key] = entry
  }

  private func isSound(_ entry: Entry, at now: Instant, news: News) -> Bool {
    entry.newsCount == news.count && now < entry.end && now < max(entry.asked, news.end) + trust
  }
}
