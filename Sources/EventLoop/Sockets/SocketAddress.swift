import CLinux
import Glibc

/// An IPv4 or IPv6 address with a port.
package enum SocketAddress: Hashable, Sendable {
  /// An IPv4 address in network byte order.
  case v4(UInt32, port: UInt16)
  /// An IPv6 address, its halves in network byte order; the scope matters for link-local addresses.
  case v6(UInt64, UInt64, scope: UInt32, port: UInt16)

  /// The port in the machine's byte order.
  package var port: UInt16 {
    switch self {
    case .v4(_, let port), .v6(_, _, _, let port): port
    }
  }

  /// Whether only this machine can reach it: 127.0.0.0/8, `::1`, or an IPv4 loopback address mapped
  /// into IPv6.
  package var isLoopback: Bool {
    switch self {
    case .v4(let address, _): UInt32(bigEndian: address) >> 24 == 127
    case .v6(let high, let low, _, _):
      high == 0 && (UInt64(bigEndian: low) == 1 || UInt64(bigEndian: low) >> 24 == 0xFFFF_7F)
    }
  }

  /// The address that a system call has returned; nil when it is neither IPv4 nor IPv6.
  init?(_ storage: sockaddr_storage) {
    var storage = storage
    switch Int32(storage.ss_family) {
    case AF_INET:
      self = withUnsafeBytes(of: &storage) { bytes in
        let address = bytes.load(as: sockaddr_in.self)
        return .v4(address.sin_addr.s_addr, port: UInt16(bigEndian: address.sin_port))
      }
    case AF_INET6:
      self = withUnsafeBytes(of: &storage) { bytes in
        let address = bytes.load(as: sockaddr_in6.self)
        let (high, low) = Self.halves(of: address.sin6_addr)
        return .v6(
          high, low, scope: address.sin6_scope_id, port: UInt16(bigEndian: address.sin6_port))
      }
    default: return nil
    }
  }

  var family: Int32 {
    switch self {
    case .v4: AF_INET
    case .v6: AF_INET6
    }
  }

  /// Calls `body` with the address in the form that system calls take.
  func withSystemAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    switch self {
    case .v4(let address, let port):
      var system = sockaddr_in()
      system.sin_family = sa_family_t(AF_INET)
      system.sin_port = port.bigEndian
      system.sin_addr.s_addr = address
      return Self.pass(&system, to: body)
    case .v6(let high, let low, let scope, let port):
      var system = sockaddr_in6()
      system.sin6_family = sa_family_t(AF_INET6)
      system.sin6_port = port.bigEndian
      system.sin6_scope_id = scope
      withUnsafeMutableBytes(of: &system.sin6_addr) {
        $0.storeBytes(of: high, as: UInt64.self)
        $0.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
      }
      return Self.pass(&system, to: body)
    }
  }

  private static func pass<System, Result>(
    _ system: inout System, to body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafeBytes(of: &system) { bytes in
      body(bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// The address without its port: `127.0.0.1` or `::1`.
  package var host: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
      switch self {
      case .v4(var address, _):
        inet_ntop(AF_INET, &address, text.baseAddress, socklen_t(text.count))
      case .v6(let high, let low, _, _):
        var address = (high, low)
        inet_ntop(AF_INET6, &address, text.baseAddress, socklen_t(text.count))
      }
      return String(cString: text.baseAddress!)
    }
  }

  /// The address without its port; a link-local one with its scope, the number of the network
  /// interface: `fe80::1%2`.
  package var scopedHost: String {
    if case .v6(_, _, let scope, _) = self, scope != 0 { "\(host)%\(scope)" } else { host }
  }

  /// `127.0.0.1:8080` or `[::1]:8080`.
  package var description: String {
    switch self {
    case .v4: "\(host):\(port)"
    case .v6: "[\(host)]:\(port)"
    }
  }

  /// How many bytes a description has at most: an IPv6 address in brackets, a colon and a port.
  package static let byteCountMax = Int(INET6_ADDRSTRLEN) + 8

  /// Appends the description without making a string: for access logs.
  package func append(to bytes: inout OutputSpan<UInt8>) {
    guard case .v4(let address, let port) = self else {
      for byte in description.utf8 { bytes.append(byte) }
      return
    }
    for shift in [0, 8, 16, 24] as [UInt32] {
      bytes.append(decimal: UInt16(address >> shift & 0xFF))
      bytes.append(shift < 24 ? UInt8(ascii: ".") : UInt8(ascii: ":"))
    }
    bytes.append(decimal: port)
  }
}

extension SocketAddress {
  /// The address that `host` is; nil when `host` is a name.
  package init?(literal host: String, port: UInt16) {
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, host, &v4) == 1 {
      self = .v4(v4.s_addr, port: port)
    } else if inet_pton(AF_INET6, host, &v6) == 1 {
      let (high, low) = Self.halves(of: v6)
      self = .v6(high, low, scope: 0, port: port)
    } else {
      return nil
    }
  }

  static func halves(of address: in6_addr) -> (UInt64, UInt64) {
    withUnsafeBytes(of: address) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  /// The addresses of a host, in the order in which to try them; empty when it has none.
  ///
  /// Blocks while it asks the name service: not for a loop that serves requests.
  package static func resolve(host: String, port: UInt16) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &first) == 0 else { return [] }
    defer { freeaddrinfo(first) }
    var addresses: [SocketAddress] = []
    for info in sequence(first: first, next: { $0?.pointee.ai_next }) {
      guard let info, let system = info.pointee.ai_addr else { break }
      var storage = sockaddr_storage()
      memcpy(&storage, system, Int(info.pointee.ai_addrlen))
      if let address = SocketAddress(storage) { addresses.append(address) }
    }
    return addresses
  }
}

extension OutputSpan<UInt8> {
  fileprivate mutating func append(decimal number: UInt16) {
    var divisor: UInt16 = 10_000
    while divisor > 1, number < divisor { divisor /= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
