import HTTP

/// The addresses that keep sending invalid tokens, and how long each has to wait.
///
/// The waits are not against guessing, which 256 random bits make hopeless. They slow down clients
/// that go on with an expired token. A valid token never has to wait for the bad ones of its
/// address, as behind a proxy all clients share one address.
struct BadTokens {
  /// Bad tokens that are answered 401 without a wait. A token may expire while many requests are
  /// under way.
  static let toleratedCount = 10
  /// The first wait; each one after it is twice as long.
  static let firstWait = Duration.seconds(1)
  static let longestWait = Duration.seconds(64)
  /// An address that has sent no bad token for this long starts again at zero.
  static let resetAfter = Duration.seconds(600)
  /// The most addresses that are kept, at 100 bytes each.
  static let addressesMax = 4_096

  private struct Record {
    var count = 0
    var lastAt: Duration
    var waitsUntil: Duration
  }

  private var records: [ClientAddress: Record] = [:]

  var count: Int { records.count }

  /// Counts a bad token of an address, and returns how long the address should wait; nil when it
  /// need not.
  mutating func count(from address: ClientAddress, at now: Duration) -> Duration? {
    var record = records[address] ?? Record(lastAt: now, waitsUntil: now)
    if now - record.lastAt >= Self.resetAfter { record.count = 0 }
    // A client that does not wait is told again, but its wait is not prolonged.
    guard now >= record.waitsUntil else { return record.waitsUntil - now }
    record.count = min(record.count + 1, Int.max - 1)
    record.lastAt = now
    defer { keep(record, of: address, at: now) }
    guard record.count > Self.toleratedCount else { return nil }
    let doublings = min(record.count - Self.toleratedCount - 1, 30)
    let wait = min(Self.firstWait * (1 << doublings), Self.longestWait)
    record.waitsUntil = now + wait
    return wait
  }

  /// Without room, addresses that would start again at zero are dropped. If that does not help, all
  /// are: these waits cannot stop an attacker with that many addresses, and a search would cost
  /// more.
  private mutating func keep(_ record: Record, of address: ClientAddress, at now: Duration) {
    if records.count >= Self.addressesMax, records[address] == nil {
      records = records.filter { now - $0.value.lastAt < Self.resetAfter }
      if records.count >= Self.addressesMax { records.removeAll(keepingCapacity: true) }
    }
    records[address] = record
  }
}
