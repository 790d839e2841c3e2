/// Which addresses keep sending tokens that do not hold, and how long each is asked to wait.
///
/// This is no defence against guessing, which 256 bits are, but against a client that asks for ever
/// with a token that has ended. So a token that holds is never made to wait for the bad ones of its
/// address: behind a proxy that is everybody's.
struct BadTokens {
  /// How many bad tokens are answered 401 and no more: somebody tries, or a token ends while many
  /// requests are under way.
  static let free = 10
  /// The first wait; each further one is twice as long.
  static let firstWait = Duration.seconds(1)
  static let longestWait = Duration.seconds(64)
  /// An address that has sent no bad token for so long starts over.
  static let memory = Duration.seconds(600)
  /// Addresses that are remembered at once: 100 bytes each.
  static let addressesMax = 4_096

  private struct Record {
    var count = 0
    var lastAt: Duration
    var waitsUntil: Duration
  }

  private var records: [ClientAddress: Record] = [:]

  var count: Int { records.count }

  /// A bad token came from an address: how long it should wait, or nil when it need not.
  mutating func came(from address: ClientAddress, at now: Duration) -> Duration? {
    var record = records[address] ?? Record(lastAt: now, waitsUntil: now)
    if now - record.lastAt >= Self.memory { record.count = 0 }
    // Who does not wait is told again, but does not wait the longer for it: he may not know better.
    guard now >= record.waitsUntil else { return record.waitsUntil - now }
    record.count = min(record.count + 1, Int.max - 1)
    record.lastAt = now
    defer { keep(record, of: address, at: now) }
    guard record.count > Self.free else { return nil }
    let doublings = min(record.count - Self.free - 1, 30)
    let wait = min(Self.firstWait * (1 << doublings), Self.longestWait)
    record.waitsUntil = now + wait
    return wait
  }

  /// When there is no room those go that start over anyway, and when that does not help, all: an
  /// attacker with so many addresses is not held up by this, and must not be by a search either.
  private mutating func keep(_ record: Record, of address: ClientAddress, at now: Duration) {
    if records.count >= Self.addressesMax, records[address] == nil {
      records = records.filter { now - $0.value.lastAt < Self.memory }
      if records.count >= Self.addressesMax { records.removeAll(keepingCapacity: true) }
    }
    records[address] = record
  }
}
