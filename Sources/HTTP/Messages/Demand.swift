/// Who a request comes from. The slots of the server are shared out among senders.
package enum Sender: Hashable, Sendable {
  /// The bearer of the token with this number.
  case token(Int)
  /// Whoever sends requests without a token from this address.
  case address(ClientAddress)
}

/// How much of the server a request occupies until it is answered.
package struct Demand: Sendable {
  package let sender: Sender
  /// How many slots of the server it holds; more than one for an expensive request.
  package let slots: Int

  package init(of sender: Sender, slots: Int = 1) {
    self.sender = sender
    self.slots = slots
  }
}
