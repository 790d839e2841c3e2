/// How many entries a list answers at once.
public struct PageSize: Hashable, Sendable {
  /// The sizes a caller may ask for; more would let one request hold a connection for long.
  public static let allowed = 1...200
  /// What a caller gets who does not ask.
  public static let standard = PageSize(50)!

  /// The number of entries.
  public let value: Int

  /// The size, or nil when it is not allowed.
  public init?(_ value: Int) {
    guard Self.allowed.contains(value) else { return nil }
    self.value = value
  }
}

/// Some entries of a list, and where the rest begins.
public struct Page<Entry: Sendable, Position: Sendable>: Sendable {
  /// The entries, in the list's order.
  public let entries: [Entry]
  /// The position after the last entry; nil on the last page.
  public let next: Position?

  /// A page of a list.
  public init(entries: [Entry], next: Position?) {
    self.entries = entries
    self.next = next
  }

  /// Cuts a page out of what was read: one entry more than fits says that there is a next page.
  public init(reading read: [Entry], size: PageSize, position: (Entry) -> Position) {
    let entries = Array(read.prefix(size.value))
    self.init(entries: entries, next: read.count > size.value ? entries.last.map(position) : nil)
  }
}
