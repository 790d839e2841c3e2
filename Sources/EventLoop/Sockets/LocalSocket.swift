import CLinux
import Glibc

/// A Unix domain socket, over which processes of one user pass descriptors to each other.
package struct LocalSocket: ~Copyable, Sendable {
  package let socket: Socket

  /// How long to wait for the other process, which may be stopped.
  private static let receiveTimeout = timeval(tv_sec: 5, tv_usec: 0)

  /// Connects to the process that listens at the path; nil when there is none.
  package init?(connectingTo path: String) {
    let descriptor = Glibc.socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(LINUX_SOCK_CLOEXEC), 0)
    guard descriptor >= 0 else { return nil }
    let socket = Socket(descriptor: descriptor)
    var timeout = Self.receiveTimeout
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    guard Self.with(path, { connect(descriptor, $0, $1) }) == 0 else { return nil }
    self.socket = socket
  }

  /// Listens at the path, for processes of this user only. Replaces an earlier listener at the
  /// path. Nil when that fails; `errno` says why.
  package init?(listeningAt path: String) {
    let descriptor = Glibc.socket(
      AF_UNIX,
      Int32(SOCK_STREAM.rawValue)
        | Int32(LINUX_SOCK_CLOEXEC) | Int32(LINUX_SOCK_NONBLOCK), 0)
    guard descriptor >= 0 else { return nil }
    let socket = Socket(descriptor: descriptor)
    // Bound under a temporary name first and then renamed, so that at every moment some process
    // listens at the path.
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
    self.socket = socket
  }

  /// The longest path: an address holds 108 bytes, and a process number and a NUL are appended.
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
  /// Sends descriptors, and a text that describes them, to another process; false when it is gone.
  package func pass(_ text: String, _ descriptors: [Int32]) -> Bool {
    let bytes = Array(text.utf8)
    return linux_send_descriptors(
      descriptor, bytes, bytes.count, descriptors, Int32(descriptors.count)) == bytes.count
  }

  /// Receives what another process passes; nil when it sends nothing in time.
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

/// Passes descriptors to every process that connects. Belongs to a loop.
package final class DescriptorOffer: Watcher {
  private let descriptors: [Int32]
  private let text: String
  private var listener: LocalSocket?
  private let given: () -> Void
  private var watch: Watch?

  /// `text` describes the descriptors; `given` is called each time a process has taken them.
  package init(
    _ descriptors: [Int32], named text: String, at listener: consuming LocalSocket,
    on loop: EventLoop,
    given: @escaping () -> Void
  ) {
    self.descriptors = descriptors
    self.text = text
    self.given = given
    let descriptor = listener.socket.descriptor
    self.listener = consume listener
    watch = loop.watch(descriptor, for: .read, self)
  }

  package func ready(_ events: IOEvents) {
    while case .connection(let peer, _)? = listener?.socket.accept() {
      if peer.pass(text, descriptors) { given() }
    }
  }

  package func stop() {
    guard let watch else { return }
    watch.cancel()
    self.watch = nil
    listener = nil
  }
}
