import EventLoop
import Glibc

/// Accepts a site's connections for one server.
final class Acceptor: Watcher {
  private let site: Site
  private let server: Server
  private let share: ListenerShare
  private var watch: Watch?
  private var pause: Timer?
  /// A spare descriptor: when the process has none left, it is closed for a moment, so that a
  /// connection can be accepted and answered 503.
  private var reserve: Int32

  init(site: Site, server: Server) {
    self.site = site
    self.server = server
    reserve = Self.openReserve()
    let given = Given()
    share = ListenerShare { [loop = server.loop, given = LoopBound(server.loop, given)] in
      loop.execute { [descriptor = $0, peer = $1] in
        let socket = Socket(descriptor: descriptor)
        given.value.acceptor?.admit(socket, peer)
      }
    }
    pause = Timer(on: server.loop) { [unowned self] in resume() }
    given.acceptor = self
    site.listener.shares.join(share)
  }

  /// Leads to the acceptor from other threads, without keeping it.
  private final class Given {
    weak var acceptor: Acceptor?
  }

  private static func openReserve() -> Int32 { Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC) }

  func resume() {
    guard watch == nil, pause != nil else { return }
    watch = server.loop.watch(
      site.listener.descriptor, for: [.read, .exclusive], self)
  }

  func ready(_ events: IOEvents) {
    guard !events.contains(.failed), accept(atMost: server.limits.acceptsPerTurnMax) else {
      // The system has no descriptor or memory left for a watch or a connection. The listener would
      // stay ready, and the loop would spin, until another process or request frees some.
      unwatch()
      pause?.arm(after: server.limits.acceptPause)
      return
    }
    // The kernel wakes the loops that share a listener in the order in which they began to watch
    // it. A loop that has accepted goes to the end of that order; otherwise one loop would accept
    // all connections while there is little load, and pass most of them on.
    if site.listener.shares.areSeveral {
      unwatch()
      resume()
    }
  }

  /// Stops accepting. The last acceptor of a shared listener accepts what is in its queue and
  /// closes it, so that no connection that the kernel has completed is reset. If another process
  /// holds the listener as well, the queue is left to it.
  func stop() {
    unwatch()
    pause?.disarm()
    pause = nil
    if site.listener.shares.leave(share) {
      if !site.listener.outlivesUs { _ = accept(atMost: Int(ListeningSocket.backlogMax)) }
      site.listener.close()
    }
    close(reserve)
  }

  private func unwatch() {
    watch?.cancel()
    watch = nil
  }

  /// False when the system has no descriptor or memory left for another connection.
  private func accept(atMost count: Int) -> Bool {
    for _ in 0..<count {
      switch site.listener.accept() {
      case .connection(let socket, let peer):
        if site.listener.shares.passOn(socket.descriptor, from: peer, by: share) {
          _ = socket.release()
        } else {
          admit(socket, peer)
        }
      case .failed(let errno):
        switch errno {
        case EAGAIN:
          return true
        case EMFILE, ENFILE:
          refuseWithReserve()
          return false
        case ENOBUFS, ENOMEM:
          return false
        default:
          // A network error of this one connection, which is gone.
          continue
        }
      }
    }
    return true
  }

  /// Serves or refuses a connection, which the share has already.
  private func admit(_ socket: consuming Socket, _ peer: SocketAddress) {
    switch server.metrics.admitConnection(server.limits) {
    case .serve: server.open(socket, from: peer, site, share, refused: false)
    case .refuse: server.open(socket, from: peer, site, share, refused: true)
    case .drop:
      share.subtract()
      socket.close()
    }
  }

  /// Accepts the first connection in the queue with the spare descriptor and answers it 503.
  private func refuseWithReserve() {
    close(reserve)
    if case .connection(let socket, _) = site.listener.accept() {
      _ = socket.send(server.tooManyConnectionsBytes(of: site), from: 0)
      socket.close()
    }
    reserve = Self.openReserve()
  }
}
