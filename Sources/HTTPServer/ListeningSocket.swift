package import EventLoop
import Glibc
import Synchronization

/// A port that is listened on; the servers of several loops accept from the same one.
package final class ListeningSocket: Sendable {
  /// Why a port cannot be listened on.
  package enum Failure: Error, Sendable {
    /// The host has no address.
    case noAddress
    /// The system refused, with this `errno`.
    case refused(errno: Int32)
    /// What was inherited is no socket that listens.
    case notListening
  }

  /// Connections the kernel completes before they are accepted; it caps this at `somaxconn`.
  static let backlogMax: Int32 = 4_096

  let socket: Socket
  /// The address in use, with the port the system chose if it was asked for 0.
  package let address: SocketAddress
  /// Takes the next connection from the queue; tests put a system out of descriptors here.
  let accept: @Sendable () -> Socket.Accepted
  /// Whether another process holds it, too, and accepts when we do not any more.
  let outlivesUs: Bool
  /// Servers that accept from it; the last one to stop closes it.
  private let users = Atomic(0)

  /// Listens on a host, given as an address or as a name that is resolved now.
  package convenience init(host: String, port: UInt16) throws(Failure) {
    try self.init(host: host, port: port) { $0.accept() }
  }

  init(
    host: String, port: UInt16, accept: @escaping @Sendable (Socket) -> Socket.Accepted
  ) throws(Failure) {
    guard let wanted = SocketAddress.resolve(host: host, port: port).first else {
      throw .noAddress
    }
    guard let socket = Socket(for: wanted) else { throw .refused(errno: errno) }
    socket.reuseAddress()
    // Linux hands this on to every accepted socket, which saves a call for each.
    socket.sendAtOnce()
    let result = socket.listen(on: wanted, backlog: Self.backlogMax)
    guard result == 0, let address = socket.localAddress else {
      socket.close()
      throw .refused(errno: result)
    }
    self.socket = socket
    self.address = address
    outlivesUs = false
    self.accept = { accept(socket) }
  }

  /// Takes over a socket that somebody else has bound, who may go on to hold it.
  package init(inherited descriptor: Int32) throws(Failure) {
    let socket = Socket(descriptor: descriptor)
    guard socket.isListening, let address = socket.localAddress else { throw .notListening }
    socket.prepareForLoop()
    socket.sendAtOnce()
    self.socket = socket
    self.address = address
    outlivesUs = true
    accept = { socket.accept() }
  }

  /// What another process may be given, to accept from it, too.
  package var descriptor: Int32 { socket.descriptor }

  /// Gives an inherited socket back, which no server has used.
  package func close() { socket.close() }

  /// The port in use.
  package var port: UInt16 { address.port }

  var isShared: Bool { users.load(ordering: .relaxed) > 1 }

  func join() { users.add(1, ordering: .relaxed) }

  /// Whether the caller was the last to accept from it, who empties the queue and closes.
  func leave() -> Bool {
    users.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }
}
