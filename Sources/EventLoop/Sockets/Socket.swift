import CLinux
import Glibc

/// A non-blocking stream socket: the few system calls that the connections of a server and a client
/// make. Each call is made again when a signal interrupts it.
///
/// It has one owner, and closes its descriptor when its lifetime ends.
package struct Socket: ~Copyable, Sendable {
  /// Valid for the lifetime of the socket.
  package let descriptor: Int32

  /// Takes ownership of a descriptor.
  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// A new socket for an address of this family; nil when no descriptor is left.
  package init?(for address: SocketAddress) {
    let type = Int32(SOCK_STREAM.rawValue)
    let descriptor = socket(address.family, type | Self.flags, 0)
    guard descriptor >= 0 else { return nil }
    self.init(descriptor: descriptor)
  }

  deinit { Glibc.close(descriptor) }

  /// Ends the lifetime of the socket.
  package consuming func close() {}

  /// Gives up the descriptor, which stays open.
  package consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }

  private static let flags = Int32(LINUX_SOCK_NONBLOCK | LINUX_SOCK_CLOEXEC)

  /// The result of one `receive`.
  package enum Received: Equatable, Sendable {
    case bytes(Int)
    /// The peer has finished sending.
    case end
    /// Nothing has arrived yet.
    case nothing
    case failed(errno: Int32)
  }

  /// Appends bytes that have arrived to `buffer`, at most `limit`, by one system call.
  package func receive(appendingTo buffer: inout [UInt8], limit: Int) -> Received {
    var result = Received.nothing
    buffer.append(addingCapacity: limit) { span in
      span.withUnsafeMutableBufferPointer { free, filled in
        let count = retrying { recv(descriptor, free.baseAddress, limit, 0) }
        result = Received(count)
        if case .bytes(let count) = result { filled = count }
      }
    }
    return result
  }

  /// Sends the bytes from `offset` on, at most `limit` of them. Returns how many the system took
  /// without waiting, or nil when the connection is broken.
  package func send(_ bytes: [UInt8], from offset: Int, limit: Int = .max) -> Int? {
    let wanted = min(bytes.count - offset, limit)
    guard wanted > 0 else { return 0 }
    let count = bytes.withUnsafeBytes { bytes in
      retrying {
        Glibc.send(descriptor, bytes.baseAddress! + offset, wanted, Int32(MSG_NOSIGNAL))
      }
    }
    if count >= 0 { return count }
    return errno == EAGAIN ? 0 : nil
  }

  /// Begins to connect. Returns 0 when connected, `EINPROGRESS` when the socket becomes writable
  /// later, or the `errno` of the failure.
  package func connect(to address: SocketAddress) -> Int32 {
    address.withSystemAddress { Glibc.connect(descriptor, $0, $1) } == 0 ? 0 : errno
  }

  /// Binds the socket to an address and listens. Returns 0 or the `errno` of the failure.
  package func listen(on address: SocketAddress, backlog: Int32) -> Int32 {
    let result = address.withSystemAddress { bind(descriptor, $0, $1) }
    return result == 0 && Glibc.listen(descriptor, backlog) == 0 ? 0 : errno
  }

  /// The result of one `accept`.
  package enum Accepted: ~Copyable, Sendable {
    case connection(Socket, peer: SocketAddress)
    case failed(errno: Int32)
  }

  /// Takes the next connection from a listening socket's queue.
  package func accept() -> Accepted {
    var storage = sockaddr_storage()
    let accepted = linux_accept(descriptor, &storage, Self.flags)
    guard accepted >= 0 else { return .failed(errno: errno) }
    let peer = SocketAddress(storage) ?? .v4(0, port: 0)
    return .connection(Socket(descriptor: accepted), peer: peer)
  }

  /// Tells the peer that nothing more will be sent; reading goes on.
  package func shutdownWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closing it will reset the connection, so that the peer sees that it was broken off, even when
  /// everything has been sent.
  package func resetAtClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Sends small messages at once instead of waiting to fill a packet.
  package func sendAtOnce() { set(IPPROTO_TCP, TCP_NODELAY, 1) }

  /// Allows binding a port on which connections of an earlier listener are still closing.
  package func reuseAddress() { set(SOL_SOCKET, SO_REUSEADDR, 1) }

  /// Whether it is a listening socket.
  package var isListening: Bool {
    var answer: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0
  }

  /// Makes an inherited descriptor non-blocking and closed on exec, like those created here.
  package func prepareForLoop() {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  /// The `errno` of the last asynchronous failure, 0 when there was none; reading it clears it.
  package var pendingError: Int32 {
    var error: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
    return error
  }

  package var localAddress: SocketAddress? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return result == 0 ? SocketAddress(storage) : nil
  }

  private func set(_ level: some BinaryInteger, _ option: some BinaryInteger, _ value: Int32) {
    var value = value
    setsockopt(
      descriptor, Int32(level), Int32(option), &value, socklen_t(MemoryLayout<Int32>.size))
  }
}

extension Socket.Received {
  fileprivate init(_ count: Int) {
    switch count {
    case 1...: self = .bytes(count)
    case 0: self = .end
    default: self = errno == EAGAIN ? .nothing : .failed(errno: errno)
    }
  }
}

private func retrying(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
