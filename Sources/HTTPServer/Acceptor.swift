import EventLoop
import Glibc

/// Takes connections from a site's listener for one server.
final class Acceptor: Watcher {
  private let site: Site
  private let server: Server
  private var watch: Watch?
  private var pause: Timer?
  /// A descriptor held back, so that when none is left a connection can still be told so.
  private var reserve: Int32

  init(site: Site, server: Server) {
    self.site = site
    self.server = server
    reserve = Self.openReserve()
    site.listener.join()
    pause = Timer(on: server.loop) { [unowned self] in resume() }
  }

  private static func openReserve() -> Int32 { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }

  func resume() {
    guard watch == nil, pause != nil else { return }
    watch = server.loop.watch(
      site.listener.socket.descriptor, for: [.read, .exclusive], self)
  }

  func ready(_ readiness: Readiness) {
    guard !readiness.contains(.failed), accept(atMost: server.limits.acceptsPerTurnMax) else {
      // The system had no room to watch the listener or for another connection. Nothing frees any
      // in this turn, and the listener would stay ready all the while.
      unwatch()
      pause?.arm(after: server.limits.acceptPause)
      return
    }
    // The kernel wakes the loops that share a listener in the order they began to watch it: whoever
    // has accepted goes to the end, or one loop would get all connections of quiet times.
    if site.listener.isShared {
      unwatch()
      resume()
    }
  }

  /// Accepts no more; the last of those who share the listener takes what is in its queue and
  /// closes it, so that no connection the kernel has completed is reset. What another process
  /// holds, too, keeps its queue.
  func stop() {
    unwatch()
    pause?.disarm()
    pause = nil
    if site.listener.leave() {
      if !site.listener.outlivesUs { _ = accept(atMost: Int(ListeningSocket.backlogMax)) }
      site.listener.socket.close()
    }
    close(reserve)
  }

  private func unwatch() {
    watch?.cancel()
    watch = nil
  }

  /// False when the system had no room for another connection.
  private func accept(atMost count: Int) -> Bool {
    for _ in 0..<count {
      switch site.listener.accept() {
      case .connection(let socket, let peer):
        admit(socket, peer)
      case .failed(EAGAIN):
        return true
      case .failed(EMFILE), .failed(ENFILE):
        refuseByReserve()
        return false
      case .failed(ENOBUFS), .failed(ENOMEM):
        return false
      case .failed:
        // This one connection is gone, by whatever the network said about it.
        continue
      }
    }
    return true
  }

  private func admit(_ socket: Socket, _ peer: SocketAddress) {
    switch server.metrics.admitConnection(server.limits) {
    case .serve: server.open(socket, from: peer, site, refused: false)
    case .refuse: server.open(socket, from: peer, site, refused: true)
    case .drop: socket.close()
    }
  }

  /// Lends the reserve to the first connection in the queue for as long as saying no takes.
  private func refuseByReserve() {
    close(reserve)
    if case .connection(let socket, _) = site.listener.accept() {
      _ = socket.send(server.refusalBytes(of: site), from: 0)
      socket.close()
    }
    reserve = Self.openReserve()
  }
}
