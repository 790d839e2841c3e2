/// Who a request comes from: those that requests are shared out among.
package enum Sender: Hashable, Sendable {
  /// The bearer of the token with this number.
  case token(Int)
  /// Anybody at this address, where no token says who it is.
  case address(ClientAddress)
}

/// What a request takes of the service while it waits for an answer.
package struct Demand: Sendable {
  package let sender: Sender
  /// How many slots of the server it holds; more than one for a request that is dear to others.
  package let slots: Int

  package init(of sender: Sender, slots: Int = 1) {
    self.sender = sender
    self.slots = slots
  }
}
