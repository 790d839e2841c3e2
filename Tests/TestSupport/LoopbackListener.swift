import Glibc

/// A socket that listens on a free port of 127.0.0.1, for tests that play a server byte by byte.
package struct LoopbackListener: Sendable {
  package let descriptor: Int32
  package let port: UInt16

  package init() {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    withUnsafeMutableBytes(of: &address) { bytes in
      let address = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
      guard bind(descriptor, address, length) == 0, listen(descriptor, 64) == 0,
        getsockname(descriptor, address, &length) == 0
      else { fatalError("no port for a test") }
    }
    port = UInt16(bigEndian: address.sin_port)
  }

  /// Takes no further connection, and lets a waiting `accept` return.
  package func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
