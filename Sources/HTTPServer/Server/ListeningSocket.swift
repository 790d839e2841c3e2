package import EventLoop
import Glibc

/// A port that is listened on; the servers of several loops accept from the same socket.
package final class ListeningSocket: Sendable {
  /// Why a port cannot be listened on.
  package enum Failure: Error, Sendable {
    /// The host has no address.
    case noAddress
    /// The system refused, with this `errno`.
    case refused(errno: Int32)
    /// The inherited descriptor is not a listening socket.
    case notListening
  }

  /// Connections that the kernel completes before they are accepted; the kernel caps it at
  /// `somaxconn`.
  static let backlogMax: Int32 = 4_096

  /// The socket's descriptor, which any thread can read without a lock; valid until the last user
  /// has left.
  package let descriptor: Int32
  /// Nil once it is closed. Unchecked: only the last user closes it, when no other thread accepts
  /// any more (`leave` orders the two).
  private nonisolated(unsafe) var socket: Socket?
  /// The address in use; the port is the one that the system chose if 0 was asked for.
  package let address: SocketAddress
  /// Tests replace it to simulate a system that has no descriptors left.
  private let acceptNext: @Sendable (borrowing Socket) -> Socket.Accepted
  /// Whether another process holds the socket as well, and goes on accepting after this one.
  let outlivesUs: Bool
  /// The servers that accept from it; the last one to stop closes it.
  let shares = ListenerShares()

  /// Listens on a host, given as an address or as a name that is resolved now.
  package convenience init(host: String, port: UInt16) throws(Failure) {
    try self.init(host: host, port: port) { $0.accept() }
  }

  init(
    host: String, port: UInt16,
    accept: @escaping @Sendable (borrowing Socket) -> Socket.Accepted
  ) throws(Failure) {
    guard let wanted = SocketAddress.resolve(host: host, port: port).first else {
      throw .noAddress
    }
    guard let socket = Socket(for: wanted) else { throw .refused(errno: errno) }
    socket.reuseAddress()
    // Accepted sockets inherit the option on Linux, which saves a call for each.
    socket.sendAtOnce()
    let result = socket.listen(on: wanted, backlog: Self.backlogMax)
    guard result == 0, let address = socket.localAddress else { throw .refused(errno: result) }
    descriptor = socket.descriptor
    self.socket = consume socket
    self.address = address
    outlivesUs = false
    acceptNext = accept
  }

  /// Takes over a socket that another process has bound and may still hold. It is closed when it
  /// cannot be used.
  package init(inherited descriptor: Int32) throws(Failure) {
    let socket = Socket(descriptor: descriptor)
    guard socket.isListening, let address = socket.localAddress else { throw .notListening }
    socket.prepareForLoop()
    socket.sendAtOnce()
    self.descriptor = descriptor
    self.socket = consume socket
    self.address = address
    outlivesUs = true
    acceptNext = { $0.accept() }
  }

  /// Takes the next connection from the queue.
  func accept() -> Socket.Accepted {
    guard socket != nil else { return .failed(errno: EBADF) }
    return acceptNext(socket!)
  }

  /// Closes the socket; no server may accept from it any more.
  package func close() { socket = nil }

  package var port: UInt16 { address.port }
}
