import CLinux
import Glibc

/// A socket with a path on this machine, over which processes of one user pass descriptors on.
package struct LocalSocket: Sendable {
  /// What a loop watches.
  package let socket: Socket

  /// How long the other side may take to say what it has; nobody waits for ever for a process that
  /// is stopped.
  private static let patience = timeval(tv_sec: 5, tv_usec: 0)

  /// Connects to whoever listens at the path; nil when nobody does.
  package init?(connectingTo path: String) {
    let descriptor = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(LINUX_SOCK_CLOEXEC), 0)
    guard descriptor >= 0 else { return nil }
    socket = Socket(descriptor: descriptor)
    var patience = Self.patience
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard Self.with(path, { connect(descriptor, $0, $1) }) == 0 else {
      socket.close()
      return nil
    }
  }

  /// Listens at the path, in the place of whoever did so before, for this user alone; nil when that
  /// cannot be, for the reason in `errno`.
  package init?(listeningAt path: String) {
    let descriptor = Glibc.socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue)
        | Int32(LINUX_SOCK_CLOEXEC) | Int32(LINUX_SOCK_NONBLOCK), 0)
    guard descriptor >= 0 else { return nil }
    socket = Socket(descriptor: descriptor)
    // Under a name of its own first, so that the path always leads to somebody.
    let temporary = "\(path).\(getpid())"
    unlink(temporary)
    let mask = umask(0o177)
    let bound = Self.with(temporary) { bind(descriptor, $0, $1) }
    umask(mask)
    guard bound == 0, listen(descriptor, 4) == 0, rename(temporary, path) == 0 else {
      let code = errno
      unlink(temporary)
      socket.close()
      errno = code
      return nil
    }
  }

  /// Longest path that an address holds, with the NUL behind it and a process number.
  package static let pathBytesMax = 90

  private static func with<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      bytes.copyBytes(from: path.utf8.prefix(bytes.count - 1))
    }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

extension Socket {
  /// Sends a text and the descriptors it speaks of to another process; false when it is gone.
  package func pass(_ text: String, _ descriptors: [Int32]) -> Bool {
    let bytes = Array(text.utf8)
    return linux_send_descriptors(
      descriptor, bytes, bytes.count, descriptors, Int32(descriptors.count)) == bytes.count
  }

  /// What another process passes on; nil when it says nothing.
  package func receivePassed() -> (text: String, descriptors: [Int32])? {
    var bytes = [UInt8](repeating: 0, count: 1_024)
    var descriptors = [Int32](repeating: -1, count: Int(LINUX_DESCRIPTORS_MAX))
    var count: Int32 = 0
    let received = linux_receive_descriptors(
      descriptor, &bytes, bytes.count, &descriptors, &count)
    guard received > 0 else { return nil }
    return (String(decoding: bytes[..<received], as: UTF8.self), Array(descriptors[..<Int(count)]))
  }
}

/// Gives descriptors to every process that connects and asks for them. Lives on a loop.
package final class DescriptorOffer: Watcher {
  private let descriptors: [Int32]
  private let text: String
  private let listener: LocalSocket
  private let given: () -> Void
  private var watch: Watch?

  /// Offers them, with a text that tells them apart; `given` is told of each that took them.
  package init(
    _ descriptors: [Int32], named text: String, at listener: LocalSocket, on loop: EventLoop,
    given: @escaping () -> Void
  ) {
    self.descriptors = descriptors
    self.text = text
    self.listener = listener
    self.given = given
    watch = loop.watch(listener.socket.descriptor, for: .read, self)
  }

  /// Gives them to whoever has connected.
  package func ready(_ readiness: Readiness) {
    while case .connection(let peer, _) = listener.socket.accept() {
      if peer.pass(text, descriptors) { given() }
      peer.close()
    }
  }

  /// Offers them no more.
  package func stop() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    listener.socket.close()
  }
}
