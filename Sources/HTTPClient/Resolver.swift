import EventLoop
import Glibc

/// Finds the addresses of names without the loop waiting for the name service.
///
/// The C library's lookup blocks, so each runs on a short-lived thread; those who ask for the same
/// name meanwhile wait for the same lookup.
final class Resolver {
  private struct Known {
    let addresses: [SocketAddress]
    let end: Instant
  }

  private let loop: EventLoop
  private let limits: ClientLimits
  private let lookUp: @Sendable (Origin) -> [SocketAddress]
  private var known: [Origin: Known] = [:]
  private var waiting: [Origin: [([SocketAddress]) -> Void]] = [:]

  init(
    loop: EventLoop, limits: ClientLimits, lookUp: @escaping @Sendable (Origin) -> [SocketAddress]
  ) {
    self.loop = loop
    self.limits = limits
    self.lookUp = lookUp
  }

  /// Hands over the origin's addresses, none if it has none or too many lookups are under way.
  func addresses(of origin: Origin, _ done: @escaping ([SocketAddress]) -> Void) {
    if let known = known[origin], known.end > loop.now { return done(known.addresses) }
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
    let home = Home(resolver: self)
    let lookup = Lookup { [loop, lookUp] in
      let addresses = lookUp(origin)
      loop.execute { home.resolver.found(addresses, for: origin) }
    }
    if !lookup.runOnThreadOfItsOwn() { found([], for: origin) }
  }

  private func found(_ addresses: [SocketAddress], for origin: Origin) {
    if !addresses.isEmpty {
      if known.count >= limits.rememberedNamesMax { known = [:] }
      known[origin] = Known(addresses: addresses, end: loop.now + limits.addressLifetime)
    }
    for done in waiting.removeValue(forKey: origin) ?? [] { done(addresses) }
  }

  /// Carries the resolver through the thread and back to its loop, where alone it is touched.
  private struct Home: @unchecked Sendable {
    let resolver: Resolver
  }
}

/// Work for a thread that ends with it.
private final class Lookup: Sendable {
  private let work: @Sendable () -> Void

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }

  /// False when the system has no thread left.
  func runOnThreadOfItsOwn() -> Bool {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Lookup>.fromOpaque(argument!).takeRetainedValue().work()
        return nil
      }, argument.toOpaque())
    guard result == 0 else {
      argument.release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
