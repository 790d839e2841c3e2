package import EventLoop
package import HTTP

/// What is known about a request beside its own bytes.
package struct Exchange: Sendable {
  package let id: RequestID
  package let peer: SocketAddress
  /// The loop's time when the request was complete; it may have waited for its turn since.
  package let receivedAt: Instant
}

extension ClientAddress {
  /// The address of a peer.
  package init(_ peer: SocketAddress) {
    switch peer {
    case .v4(let address, _): self.init(v4: UInt32(bigEndian: address))
    case .v6(let high, let low, _, _):
      self.init(v6: UInt64(bigEndian: high), UInt64(bigEndian: low))
    }
  }
}
