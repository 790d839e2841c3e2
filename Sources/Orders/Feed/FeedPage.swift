/// Which events of the feed a reader wants.
package struct FeedFilter: Hashable, Sendable {
  /// Everything.
  package static let all = FeedFilter()

  /// Only these kinds; all when it is empty.
  package var kinds: Set<FeedEvent.Kind> = []
  /// Only events of this channel's orders.
  package var channel: Channel?

  package init() {}

  package var isAll: Bool { self == .all }

  /// Whether the reader wants an event.
  package func includes(_ kind: FeedEvent.Kind, of channel: Channel?) -> Bool {
    (kinds.isEmpty || kinds.contains(kind)) && (self.channel == nil || self.channel == channel)
  }
}

/// Some events of the feed, one after the other.
package struct FeedPage: Sendable {
  /// How many events a reader may ask for at once.
  package static let allowedSize = 1...500
  package static let standardSize = 100
  /// How many events are examined at most for one page with a filter.
  package static let window = 2_000

  package let events: [FeedEvent]
  /// Where the reader goes on.
  package let next: FeedCursor
  /// Whether nothing has happened after `next` so far.
  package let isCaughtUp: Bool

  package init(events: [FeedEvent], next: FeedCursor, isCaughtUp: Bool) {
    self.events = events
    self.next = next
    self.isCaughtUp = isCaughtUp
  }
}
