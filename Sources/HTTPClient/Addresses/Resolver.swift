import EventLoop

/// Looks up the addresses of names without blocking the loop.
///
/// The C library's lookup blocks, so each runs on a short-lived thread. Requests for a name that is
/// being looked up wait for the same lookup.
final class Resolver {
  private struct CachedAddresses {
    let addresses: [SocketAddress]
    let end: Instant
  }

  private let loop: EventLoop
  private let limits: ClientLimits
  private let lookUp: @Sendable (Origin) -> [SocketAddress]
  private var cache: [Origin: CachedAddresses] = [:]
  private var waiting: [Origin: [([SocketAddress]) -> Void]] = [:]

  init(
    loop: EventLoop, limits: ClientLimits, lookUp: @escaping @Sendable (Origin) -> [SocketAddress]
  ) {
    self.loop = loop
    self.limits = limits
    self.lookUp = lookUp
  }

  /// Calls `done` with the origin's addresses; with none if too many lookups are running.
  func addresses(of origin: Origin, _ done: @escaping ([SocketAddress]) -> Void) {
    if let cached = cache[origin], cached.end > loop.now { return done(cached.addresses) }
    if waiting[origin] != nil {
      waiting[origin]?.append(done)
    } else if waiting.count < limits.lookupsMax {
      waiting[origin] = [done]
      startLookup(of: origin)
    } else {
      done([])
    }
  }

  private func startLookup(of origin: Origin) {
    let home = LoopBound(loop, self)
    let thread = SystemThread { [loop, lookUp] in
      let addresses = lookUp(origin)
      loop.execute { home.value.found(addresses, for: origin) }
    }
    if let thread { thread.detach() } else { found([], for: origin) }
  }

  private func found(_ addresses: [SocketAddress], for origin: Origin) {
    if !addresses.isEmpty {
      if cache.count >= limits.rememberedNamesMax { cache = [:] }
      cache[origin] = CachedAddresses(addresses: addresses, end: loop.now + limits.addressLifetime)
    }
    for done in waiting.removeValue(forKey: origin) ?? [] { done(addresses) }
  }
}
