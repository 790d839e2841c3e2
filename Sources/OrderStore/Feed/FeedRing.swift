import Orders

/// The newest events of the feed, each rendered once for all who follow it.
struct FeedRing {
  struct Entry {
    let cursor: FeedCursor
    let kind: FeedEvent.Kind
    let channel: Channel?
    let bytes: [UInt8]
  }

  /// How many bytes of events are kept.
  private let bytesMax: Int
  private var entries: ArraySlice<Entry> = []
  private var bytes = 0
  /// The position after which the entries begin.
  private(set) var start: FeedCursor
  /// The position of the newest entry.
  var end: FeedCursor { entries.last?.cursor ?? start }

  init(after start: FeedCursor, bytesMax: Int) {
    self.start = start
    self.bytesMax = bytesMax
  }

  /// Adds the events that follow the last one; the oldest make room for them.
  mutating func append(_ new: [Entry]) {
    entries += new
    for entry in new { bytes += entry.bytes.count }
    while bytes > bytesMax, let oldest = entries.popFirst() {
      bytes -= oldest.bytes.count
      start = oldest.cursor
    }
  }

  func contains(_ cursor: FeedCursor) -> Bool {
    cursor.position >= start.position && cursor.position <= end.position
  }

  /// What a reader at a position gets: the events that it wants, up to about so many bytes, and
  /// where it goes on.
  func read(
    after cursor: FeedCursor, _ filter: FeedFilter, upTo limit: Int
  ) -> (bytes: [UInt8], next: FeedCursor) {
    var bytes: [UInt8] = []
    var next = cursor
    // Every event has a position, so the offset is the index.
    for entry in entries.dropFirst(cursor.position - start.position) {
      if filter.includes(entry.kind, of: entry.channel) {
        guard bytes.isEmpty || bytes.count + entry.bytes.count <= limit else { break }
        bytes += entry.bytes
      }
      next = entry.cursor
    }
    return (bytes, next)
  }
}
