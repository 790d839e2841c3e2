import EventLoop
import Glibc
import Synchronization
import TestSupport

/// A socket in front of the server that can be cut at any byte, or swallow everything.
final class Proxy: Sendable {
  /// What happens to the bytes; a cut closes the connection it falls on and heals the proxy.
  enum Fault: Equatable {
    case none
    case swallow
    case cutAnswers(after: Int)
    case cutRequests(after: Int)
  }

  private let listener = LoopbackListener()
  private let server: String
  private let fault = Mutex(Fault.none)
  /// The port on 127.0.0.1 it listens on.
  var port: Int { Int(listener.port) }

  /// Starts a proxy for the server whose socket is in the folder.
  init(socketFolder: String) {
    server = socketFolder + "/.s.PGSQL.5432"
    Self.detach { [self] in acceptConnections() }
  }

  func set(_ fault: Fault) { self.fault.withLock { $0 = fault } }

  /// Takes no further connection.
  func stop() { listener.stop() }

  private static func detach(_ body: @escaping @Sendable () -> Void) {
    guard let thread = SystemThread(body) else { fatalError("no thread left for a proxy") }
    thread.detach()
  }

  private func acceptConnections() {
    while true {
      let client = accept(listener.descriptor, nil, nil)
      guard client >= 0 else { break }
      Self.detach { [self] in
        let server = connectToServer()
        defer {
          close(client)
          close(server)
        }
        pump(client, server)
      }
    }
    close(listener.descriptor)
  }

  private func connectToServer() -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: server.utf8) }
    withUnsafeBytes(of: &address) {
      _ = connect(
        descriptor, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
    }
    return descriptor
  }

  private func pump(_ client: Int32, _ server: Int32) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 8)
    defer { buffer.deallocate() }
    while true {
      var descriptors = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      guard poll(&descriptors, 2, -1) > 0 else { return }
      for (index, other) in [server, client].enumerated() where descriptors[index].revents != 0 {
        let count = recv(descriptors[index].fd, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else { return }
        let passed = allow(count, fromServer: index == 1)
        if passed > 0 { send(other, buffer.baseAddress, passed, Int32(MSG_NOSIGNAL)) }
        if passed >= 0, passed < count { return }
      }
    }
  }

  /// How many of the bytes may pass before the cut; negative to swallow them.
  private func allow(_ count: Int, fromServer: Bool) -> Int {
    fault.withLock { fault in
      switch fault {
      case .none: return count
      case .swallow: return -1
      case .cutAnswers(let left) where fromServer:
        fault = left < count ? .none : .cutAnswers(after: left - count)
        return min(left, count)
      case .cutRequests(let left) where !fromServer:
        fault = left < count ? .none : .cutRequests(after: left - count)
        return min(left, count)
      default: return count
      }
    }
  }
}
