/// Which orders whoever asks may know of; all others do not exist for him.
package struct OrderScope: Equatable, Sendable {
  /// The channel whose orders these are, without those it has hidden; nil for all channels'.
  package let channel: Channel?
  /// Whose orders these are; nil for everybody's.
  package let owner: CustomerID?

  /// The orders of one channel, or of one of its customers.
  package init(channel: Channel?, owner: CustomerID? = nil) {
    self.channel = channel
    self.owner = owner
  }

  /// Whether an order comes through this channel and is this owner's.
  package func covers(_ order: Order) -> Bool {
    channel.map { $0 == order.channel } ?? true
      && owner.map { $0 == order.customer.flatMap(CustomerID.init) } ?? true
  }

  /// Whether a customer's orders are among them.
  package func covers(_ customer: CustomerID) -> Bool { owner.map { $0 == customer } ?? true }

  /// Every order there is, as the own API sees them.
  package static let all = OrderScope(channel: nil)
}
