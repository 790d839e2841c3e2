/// A socket with the watch that reports when it is ready, and the timer for its deadline. At the
/// end of its lifetime both are cancelled, and the socket is closed.
package struct WatchedSocket: ~Copyable {
  package let socket: Socket
  package let watch: Watch
  package let timer: Timer

  /// Watches `socket` for `events` and reports them to `watcher`. `expired` is called when the
  /// timer fires; it must not keep the owner alive.
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
