/// A socket with what its loop does for it: a watch that tells when it is ready, and a timer for
/// its deadline. At the end of its lifetime the loop forgets both, and the socket is closed.
package struct WatchedSocket: ~Copyable {
  package let socket: Socket
  package let watch: Watch
  package let timer: Timer

  /// Watches `socket` for `events`, of which `watcher` is told. `expired` is called when the timer
  /// fires; it must not keep the owner alive.
  package init(
    _ socket: consuming Socket, on loop: EventLoop, for events: IOEvents, _ watcher: any Watcher,
    expired: @escaping () -> Void
  ) {
    watch = loop.watch(socket.descriptor, for: events, watcher)
    timer = Timer(on: loop, action: expired)
    self.socket = socket
  }

  deinit {
    watch.cancel()
    timer.disarm()
  }
}
