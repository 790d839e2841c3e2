/// Which orders a caller may see and change; for the caller, no other order exists. The database
/// applies it in the statement that looks for the order, so no other order is ever loaded.
package struct OrderScope: Hashable, Sendable {
  /// Only orders of this channel that it has not hidden; nil for orders of every channel.
  package let channel: Channel?
  /// Only orders of this customer; nil for orders of every customer.
  package let owner: CustomerID?

  /// The orders of one channel, of one customer, or of one customer in one channel.
  package init(channel: Channel?, owner: CustomerID? = nil) {
    self.channel = channel
    self.owner = owner
  }

  /// Whether no order is left out.
  package var isAll: Bool { channel == nil && owner == nil }

  /// Whether a customer's orders may be seen.
  package func covers(_ customer: CustomerID) -> Bool { owner.map { $0 == customer } ?? true }

  /// Every order, as the own API sees them.
  package static let all = OrderScope(channel: nil)
}
