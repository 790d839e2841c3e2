import Testing

@testable import EventLoop

@Suite("A socket address")
struct SocketAddressTests {
  @Test(
    "is read from its text and written as the same", arguments: ["127.0.0.1", "::1", "fe80::2"])
  func literal(host: String) {
    let address = SocketAddress(literal: host, port: 8080)
    let bytes = [UInt8](capacity: SocketAddress.byteCountMax) { address?.append(to: &$0) }

    #expect(String(decoding: bytes, as: UTF8.self) == address?.description)
    #expect(address?.host == host)
    #expect(address?.port == 8080)
    #expect(address.map { $0.description.hasSuffix(":8080") } == true)
  }

  @Test("is not read from a name", arguments: ["localhost", "", "1.2.3", "[::1]", "::g"])
  func name(host: String) {
    #expect(SocketAddress(literal: host, port: 1) == nil)
  }

  @Test("is found by the system's lookup", arguments: ["127.0.0.1", "::1"])
  func roundTrip(host: String) {
    #expect(SocketAddress.resolve(host: host, port: 7) == [SocketAddress(literal: host, port: 7)])
  }

  @Test("can be listened on, and has the real port when port 0 was asked for")
  func listening() throws {
    let wanted = try #require(SocketAddress(literal: "127.0.0.1", port: 0))
    guard let socket = Socket(for: wanted) else {
      Issue.record("no descriptor is left")
      return
    }

    let result = socket.listen(on: wanted, backlog: 1)
    let address = socket.localAddress

    #expect(result == 0)
    #expect(address?.host == "127.0.0.1")
    #expect(address?.port != 0)
  }

  @Test(
    "is a loopback one when only this machine reaches it",
    arguments: [
      ("127.0.0.1", true), ("127.255.255.254", true), ("::1", true), ("::ffff:127.0.0.1", true),
      ("0.0.0.0", false), ("128.0.0.1", false), ("126.255.255.255", false), ("10.0.0.127", false),
      ("::", false), ("::2", false), ("::ffff:10.0.0.1", false), ("2001:db8::1", false),
      ("::127.0.0.1", false),
    ])
  func loopback(_ host: String, _ isLoopback: Bool) throws {
    let address = try #require(SocketAddress(literal: host, port: 1))

    #expect(address.isLoopback == isLoopback)
  }
}
