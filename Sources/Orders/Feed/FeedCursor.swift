/// A position in the feed, with a mark of the history that it belongs to: `18342-9f3ac2d1`.
///
/// The mark is the beginning of a hash of everything up to the position. After a restore or a
/// fail-over that lost commits, the same position has another mark, and a reader learns that what
/// it has seen is no longer true.
package struct FeedCursor: Hashable, Sendable, CustomStringConvertible {
  /// Before the first event, in every history.
  package static let start = FeedCursor(position: 0, mark: 0)

  /// The number of events up to this position, including the one at it.
  package let position: Int
  package let mark: UInt32

  package init(position: Int, mark: UInt32) {
    self.position = position
    self.mark = mark
  }

  /// A cursor from its text; nil for anything that `description` does not write.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 8, let position = Int(String(parts[0]) ?? ""),
      let mark = UInt32(String(parts[1]) ?? "", radix: 16), position >= 0
    else { return nil }
    self.init(position: position, mark: mark)
    // A cursor has exactly one spelling, so that cursors can be compared as texts.
    guard description == text else { return nil }
  }

  package var description: String { "\(position)-\(hexMark)" }

  /// The mark in eight digits.
  package var hexMark: String {
    let digits = String(mark, radix: 16)
    return String(repeating: "0", count: 8 - digits.utf8.count) + digits
  }
}

/// Where a reader of the feed begins.
package enum FeedStart: Equatable, Sendable {
  /// Behind the newest event: only what happens from now on.
  case latest
  /// Behind this position.
  case after(FeedCursor)
}
