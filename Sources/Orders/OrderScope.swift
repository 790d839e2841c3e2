/// Which orders whoever asks may know of; all others do not exist for him.
public struct OrderScope: Equatable, Sendable {
  /// The channel whose orders these are, without those it has hidden; nil for all channels'.
  public let channel: Channel?
  /// Whose orders these are; nil for everybody's.
  public let owner: CustomerID?

  /// The orders of one channel, or of one of its customers.
  public init(channel: Channel?, owner: CustomerID? = nil) {
    self.channel = channel
    self.owner = owner
  }

  /// Whether an order comes through this channel and is this owner's.
  public func covers(_ order: Order) -> Bool {
    channel.map { $0 == order.channel } ?? true
      && owner.map { $0 == order.customer.flatMap(CustomerID.init) } ?? true
  }

  /// Whether a customer's orders are among them.
  public func covers(_ customer: CustomerID) -> Bool { owner.map { $0 == customer } ?? true }

  /// Every order there is, as the own API sees them.
  public static let all = OrderScope(channel: nil)
}
