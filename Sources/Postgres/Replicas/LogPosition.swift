/// A place in the log (WAL) of a primary, on one of its timelines: what has been written up to it.
///
/// A promoted standby begins a new timeline. Its places go on where it was, so a place alone would
/// not tell what the old primary wrote there from what the new one did.
package struct LogPosition: Equatable, Sendable {
  /// Before everything.
  package static let start = LogPosition(timeline: 0, place: 0)

  var timeline: UInt32
  let place: UInt64

  init(timeline: UInt32, place: UInt64) {
    self.timeline = timeline
    self.place = place
  }

  /// Reads the text of a position, `1-16/B374D848`; nil when it is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let timeline = Self.number(parts[0], radix: 10),
      let place = Self.place(parts[1])
    else { return nil }
    self.init(timeline: timeline, place: place)
  }

  /// Reads a `pg_lsn` as PostgreSQL writes it: two hexadecimal halves.
  private static func place(_ text: some StringProtocol) -> UInt64? {
    let halves = text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, let high = number(halves[0], radix: 16),
      let low = number(halves[1], radix: 16)
    else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// Reads digits alone: no sign, no blank, and no more of them than the largest number has.
  private static func number(_ text: some StringProtocol, radix: Int) -> UInt32? {
    let digitsMax = String(UInt32.max, radix: radix).utf8.count
    guard text.utf8.count <= digitsMax, !text.hasPrefix("+"), !text.hasPrefix("-") else {
      return nil
    }
    return UInt32(text, radix: radix)
  }

  /// Whether everything up to `other` is contained.
  func covers(_ other: LogPosition) -> Bool { timeline >= other.timeline && place >= other.place }

  /// Whether a log that was at `earlier` may be here now: nothing that was there has been lost.
  func continues(_ earlier: LogPosition) -> Bool {
    timeline == earlier.timeline && place >= earlier.place
  }

  /// Moves so far that it covers `other` as well.
  mutating func advance(to other: LogPosition) { self = advanced(to: other) }

  /// The first position that covers `other` as well.
  func advanced(to other: LogPosition) -> LogPosition {
    LogPosition(timeline: max(timeline, other.timeline), place: max(place, other.place))
  }
}

extension LogPosition: CustomStringConvertible {
  package var description: String {
    "\(timeline)-"
      + String(place >> 32, radix: 16, uppercase: true) + "/"
      + String(place & 0xFFFF_FFFF, radix: 16, uppercase: true)
  }
}

// MARK: - Asking servers

extension LogPosition {
  /// The statement that asks a primary where its log ends. Every commit that anybody can see by
  /// then is before that.
  static let query: SQL = "SELECT \(endOfLog)"
  /// The two columns of `init(endOfLog:)`.
  static let endOfLog: SQL = """
    pg_current_wal_insert_lsn()::text,
    substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
    """
  /// The size of a page of the log, which only special builds of PostgreSQL change.
  static let pageBytes: UInt64 = 8_192
  /// The size of the longest header of a page.
  private static let headerBytesMax: UInt64 = 40

  /// Reads the answer to `query`.
  ///
  /// At the beginning of a page PostgreSQL names the place behind the page's header, where the next
  /// record will be, but a standby that has replayed everything names the end of the last record,
  /// before the header. No record ends within the header or so shortly behind it, unless it began
  /// on an earlier page; so whoever has reached the beginning of the page has everything.
  init(endOfLog row: Row) throws(PostgresError) {
    guard let place = Self.place(try row.text(0)) else {
      throw row.undecodable(0, expected: "a place in the log")
    }
    guard let timeline = Self.number(try row.text(1), radix: 16) else {
      throw row.undecodable(1, expected: "a timeline")
    }
    let offset = place % Self.pageBytes
    self.init(
      timeline: timeline, place: offset <= Self.headerBytesMax ? place - offset : place)
  }

  /// What a standby has replayed.
  init(replayed text: String, timeline: Int, in row: Row) throws(PostgresError) {
    guard let place = Self.place(text), let timeline = UInt32(exactly: timeline) else {
      throw row.undecodable(0, expected: "a place in the log")
    }
    self.init(timeline: timeline, place: place)
  }
}
