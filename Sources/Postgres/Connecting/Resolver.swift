import EventLoop

/// Looks up the addresses of host names on another thread, because the C library's lookup blocks.
///
/// At most one thread runs at a time, and callers that come meanwhile wait for its answer. So a
/// name server that does not answer costs one thread, not one for each attempt to connect.
final class Resolver {
  private let names: [String]
  private let loop: EventLoop
  private var waiters: [UnsafeContinuation<[String: [String]], Never>] = []
  private var isRunning = false
  private var deadline: Timer?

  init(names: [String], on loop: EventLoop) {
    self.names = names
    self.loop = loop
  }

  /// The addresses of all names that have any; empty when that takes too long.
  func addresses(within timeout: Duration) async -> [String: [String]] {
    guard !names.isEmpty else { return [:] }
    return await withUnsafeContinuation { continuation in
      waiters.append(continuation)
      if deadline == nil { deadline = Timer(on: loop) { [unowned self] in answer([:]) } }
      if deadline?.isArmed == false { deadline?.arm(after: timeout) }
      if !isRunning { start() }
    }
  }

  private func answer(_ addresses: [String: [String]]) {
    deadline?.disarm()
    let waiting = waiters
    waiters = []
    for waiter in waiting { waiter.resume(returning: addresses) }
  }

  private func start() {
    isRunning = true
    let bound = LoopBound(loop, self)
    let thread = SystemThread { [names, loop] in
      var found: [String: [String]] = [:]
      for name in names {
        for address in SocketAddress.resolve(host: name, port: 0).map(\.scopedHost)
        where found[name]?.contains(address) != true {
          found[name, default: []].append(address)
        }
      }
      loop.execute { [found] in
        bound.value.isRunning = false
        bound.value.answer(found)
      }
    }
    guard let thread else {
      isRunning = false
      return answer([:])
    }
    thread.detach()
  }
}
