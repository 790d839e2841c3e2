/// The address by which senders are told apart: an IPv4 address, or the /64 network of an IPv6
/// address, as providers give each customer a whole /64.
package struct ClientAddress: Hashable, Sendable {
  private let network: UInt64
  private let isV6: Bool

  /// An IPv4 address as a number.
  package init(v4 address: UInt32) { self.init(network: UInt64(address), isV6: false) }

  /// An IPv6 address as two numbers. An IPv4-mapped one (RFC 4291 section 2.5.5.2) is taken as the
  /// IPv4 address, as all of those lie in one /64.
  package init(v6 high: UInt64, _ low: UInt64) {
    if high == 0, low >> 32 == 0xFFFF {
      self.init(v4: UInt32(truncatingIfNeeded: low))
    } else {
      self.init(network: high, isV6: true)
    }
  }

  private init(network: UInt64, isV6: Bool) {
    self.network = network
    self.isV6 = isV6
  }
}
