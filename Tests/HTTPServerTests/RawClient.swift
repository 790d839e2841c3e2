import EventLoop
import Glibc
import Testing

/// A client that sends and receives bytes as a test says, and knows no HTTP of its own.
///
/// Unchecked: a test that lends it to a loop waits until the loop is done with it.
final class RawClient: @unchecked Sendable {
  private let socket: Socket
  /// Everything received so far.
  private(set) var received: [UInt8] = []
  /// How the server ended the connection, once it has.
  private(set) var end: End?

  enum End { case closed, reset }

  init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
    let address = SocketAddress.resolve(host: "127.0.0.1", port: port)[0]
    guard let socket = Socket(for: address) else { throw NoDescriptor() }
    if var size = receiveBufferBytes {
      setsockopt(socket.descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }
    let result = socket.connect(to: address)
    try #require(result == 0 || result == EINPROGRESS)
    var waiting = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&waiting, 1, 10_000)
    self.socket = socket
  }

  struct NoDescriptor: Error {}

  /// Whether anybody listens on a port.
  static func canConnect(to port: UInt16) -> Bool {
    guard let client = try? RawClient(port: port) else { return false }
    return client.socket.pendingError == 0
  }

  /// Sends what fits into the system's buffers; how much that was.
  @discardableResult
  func send(_ text: String) -> Int { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Int { socket.send(bytes, from: 0) ?? -1 }

  /// Says that nothing more will be sent.
  func finishSending() { socket.shutdownWriting() }

  /// Goes away with a reset, as a crashed client does.
  func reset() {
    var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      socket.descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    dup2(Self.nowhere, socket.descriptor)
  }

  private static let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)

  /// Takes what has arrived; answers the server's end with its own, as clients do.
  func receive() {
    while end == nil {
      switch socket.receive(appendingTo: &received, limit: 65_536) {
      case .bytes: continue
      case .nothing: return
      case .end:
        end = .closed
        finishSending()
      case .failed: end = .reset
      }
    }
  }

  var text: String { String(decoding: received, as: UTF8.self) }

  /// The first line of every answer that has begun to arrive.
  var statusLines: [String] {
    text.ranges(of: "HTTP/1.1 ")
      .map { String(text[$0.lowerBound...].prefix { $0 != "\r\n" }) }
      .filter { $0.dropFirst(9).first?.isNumber == true }
  }
}
