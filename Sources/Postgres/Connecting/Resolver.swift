import EventLoop
import Glibc

/// Finds the addresses of host names on a thread of its own, because the C library can only block.
///
/// At most one thread is under way: who asks meanwhile waits for its answer too, so a name server
/// that does not answer costs one thread, not one for each attempt to connect.
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

  /// The addresses of each name that has any; none of them when the deadline passes first.
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
    let inquiry = Inquiry(names: names, loop: loop) { addresses in
      bound.value.isRunning = false
      bound.value.answer(addresses)
    }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(inquiry)
    let result = pthread_create(
      &thread, nil,
      { argument in
        Unmanaged<Inquiry>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    if result == 0 {
      pthread_detach(thread)
    } else {
      argument.release()
      isRunning = false
      answer([:])
    }
  }
}

/// What the thread is given.
private final class Inquiry: Sendable {
  private let names: [String]
  private let loop: EventLoop
  private let completion: @Sendable ([String: [String]]) -> Void

  init(
    names: [String], loop: EventLoop, completion: @escaping @Sendable ([String: [String]]) -> Void
  ) {
    self.names = names
    self.loop = loop
    self.completion = completion
  }

  func run() {
    var found: [String: [String]] = [:]
    for name in names { found[name] = Self.addresses(of: name) }
    loop.execute { [found, completion] in completion(found) }
  }

  private static func addresses(of name: String) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next?.pointee {
      if let address = numeric(entry), !addresses.contains(address) { addresses.append(address) }
      next = entry.ai_next
    }
    return addresses
  }

  private static func numeric(_ entry: addrinfo) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer in
      let result = getnameinfo(
        entry.ai_addr, entry.ai_addrlen, buffer.baseAddress, socklen_t(buffer.count), nil, 0,
        NI_NUMERICHOST)
      return result == 0 ? buffer.baseAddress.map { String(cString: $0) } : nil
    }
  }
}
