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

/// Some entries of a list, and the position where the rest begins. Reading stops early after many
/// rows that do not match: then a page has fewer entries than its size, or none, though it is not
/// the last.
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

  /// Makes a page from the entries that were read. One entry more than the size means that there is
  /// a next page. `end` is where reading stopped early, before it had found that many entries; nil
  /// if it did not.
  package init(
    reading read: [Entry], size: PageSize, end: Position? = nil, position: (Entry) -> Position
  ) {
    let entries = Array(read.prefix(size.value))
    self.init(entries: entries, next: read.count > size.value ? entries.last.map(position) : end)
  }
}
