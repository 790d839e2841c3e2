package import Postgres

/// What must be true of the feed, whatever was committed in whatever order.
package enum FeedInvariants {
  /// Every row is a fault: what is wrong, and where. All that is committed must have a position.
  package static var faults: SQL {
    get throws { SQL(unsafeText: try Invariants.text(of: "feed_invariants")) }
  }
}
