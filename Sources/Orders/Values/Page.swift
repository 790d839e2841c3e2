/// How many entries a list answers at once.
package struct PageSize: Hashable, Sendable {
  /// The sizes that a caller may ask for; with more, one request would use a connection for long.
  package static let allowed = 1...200
  /// The size if the caller does not ask for one.
  package static let standard = PageSize(50)!

  /// The size of the pages that an export reads.
  package static let ofExport = PageSize(exactly: 500)

  /// The number of entries.
  package let value: Int

  private init(exactly value: Int) { self.value = value }

  /// The size, or nil when it is not allowed.
  package init?(_ value: Int) {
    guard Self.allowed.contains(value) else { return nil }
    self.value = value
  }
}

/// Some entries of a list, and the position where the rest begins. A page that had to look at many
/// rows for few entries may have fewer of them than its size, or none, and not be the last.
package struct Page<Entry: Sendable, Position: Sendable>: Sendable {
  /// The entries, in the list's order.
  package let entries: [Entry]
  /// Where the next page begins; nil on the last page.
  package let next: Position?

  /// A page of a list.
  package init(entries: [Entry], next: Position?) {
    self.entries = entries
    self.next = next
  }

  /// Makes a page of what was read: one entry more than its size means that there is a next page.
  /// `end` is where the reading stopped before it had found so many; nil if it read to the end.
  package init(
    reading read: [Entry], size: PageSize, end: Position? = nil, position: (Entry) -> Position
  ) {
    let entries = Array(read.prefix(size.value))
    self.init(entries: entries, next: read.count > size.value ? entries.last.map(position) : end)
  }
}
