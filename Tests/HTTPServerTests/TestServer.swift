import EventLoop
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import HTTPServer

/// A server on a loop of its own, with a site that a test can do everything with.
final class TestServer: @unchecked Sendable {
  let thread: LoopThread
  let metrics = ServerMetrics()
  let gate = Gate()
  /// What `/stream` sends.
  let script = StreamScript()
  let listener: ListeningSocket
  private var server: Server?
  private let log = Mutex<[FinishedRequest]>([])

  var port: UInt16 { listener.port }
  var finished: [FinishedRequest] { log.withLock { $0 } }

  init(
    clock: Clock? = nil, limits: ServerLimits? = nil,
    listener: ListeningSocket? = nil
  ) async throws {
    self.listener = try listener ?? ListeningSocket(host: "127.0.0.1", port: 0)
    thread = LoopThread(name: "test-server", loop: EventLoop(clock: clock ?? .system))
    // On a test's own clock deadlines pass when it says so; on the machine's, never by accident.
    let limits = limits ?? (clock == nil ? .patient : ServerLimits())
    try await thread.loop.run { loop in
      self.server = Server(
        loop: loop, sites: [self.site(loop)], limits: limits, metrics: self.metrics,
        observer: { finished in self.log.withLock { $0.append(finished) } })
    }
  }

  deinit { thread.stop() }

  func drain() async throws -> Server.DrainReport {
    try await thread.loop.run { _ in await self.server!.drain() }
  }

  /// Drains, after `prepare` was done on the loop itself: what it sends is in the kernel, unseen.
  func drain<Result: Sendable>(
    after prepare: @escaping @Sendable (UInt16) throws -> Result
  ) async throws -> (Result, report: Task<Server.DrainReport, Never>) {
    try await thread.loop.run { loop in
      (try prepare(self.port), Task(executorPreference: loop) { await self.server!.drain() })
    }
  }

  /// Whether everything the loop was told before has been done.
  func settle() async throws { try await thread.loop.run { _ in } }

  private func site(_ loop: EventLoop) -> Site {
    Site(
      name: "test", listener: listener,
      answer: { request, exchange in self.answer(request, exchange, loop) },
      errorResponse: { error, request, _ in
        let path = request.map { String(decoding: $0.path, as: UTF8.self) } ?? "-"
        return .text(error.status, "refused \(path): \(error.sentence)")
      })
  }

  /// The number of the sender that a request says it is from.
  private static func sender(of request: Request) -> Int? {
    request.query.flatMap { Int(String(decoding: $0, as: UTF8.self)) }
  }

  private func answer(_ request: Request, _ exchange: Exchange, _ loop: EventLoop) -> Reply {
    switch String(decoding: request.path, as: UTF8.self) {
    case "/": .now(.text(.ok, "hello"), route: "/")
    case "/echo": .now(Response(.ok, body: request.body))
    case "/id": .now(.text(.ok, exchange.id.description))
    case "/close": .now(Response(.ok, closesConnection: true))
    case "/page": .now(Response(.ok, body: [UInt8](repeating: 0x78, count: 4_096)))
    case "/big": .now(Response(.ok, body: [UInt8](repeating: 0x78, count: 4_000_000)))
    case "/reflect":
      .now(Response(.ok, fields: [Field("Location", "/\r\nInjected: yes\r\n\r\nHTTP/1.1 200 OK")]))
    case "/later":
      .later(route: "/later") {
        await turn(of: loop)
        await turn(of: loop)
        return .text(.ok, "later")
      }
    case "/gate":
      .later(demand: Self.sender(of: request).map { Demand(of: .token($0)) }) {
        await self.gate.pass()
        return .text(.ok, "passed")
      }
    case "/stream":
      .follow(route: "/stream") {
        var response = Response(.ok, contentType: .text)
        response.stream = ScriptedStream(self.script, on: loop)
        return response
      }
    case "/wait":
      .follow(route: "/wait") {
        while !Task.isCancelled { await turn(of: loop) }
        return .text(.ok, "waited")
      }
    case "/never": .never { await self.gate.pass() }
    default: .now(Response(.notFound))
    }
  }
}

/// Holds handlers until a test lets them go on; lives on a server's loop.
final class Gate: @unchecked Sendable {
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private let entered = Atomic(0)

  /// How many have come to the gate.
  var arrivals: Int { entered.load(ordering: .relaxed) }

  func pass() async {
    await withCheckedContinuation {
      waiting.append($0)
      entered.add(1, ordering: .relaxed)
    }
  }

  func open(on loop: EventLoop) {
    loop.execute {
      for continuation in self.waiting { continuation.resume() }
      self.waiting = []
    }
  }
}

/// Suspends until the loop's next turn.
func turn(of loop: EventLoop) async {
  await withCheckedContinuation { continuation in
    var timer: Timer?
    timer = Timer(on: loop) {
      withExtendedLifetime(timer) { continuation.resume() }
      timer = nil
    }
    timer?.arm(after: .zero)
  }
}

extension RawClient {
  /// Waits until what was received ends in `suffix`.
  func expect(_ suffix: String) async throws {
    try await eventually("received \(suffix.debugDescription)") {
      receive()
      return text.hasSuffix(suffix)
    }
  }

  /// Waits until what was received has this in it.
  func expect(containing text: String) async throws {
    try await eventually("received \(text.debugDescription)") {
      receive()
      return self.text.contains(text)
    }
  }

  /// Waits until the server has ended the connection.
  func expectEnd() async throws {
    try await eventually("the connection ends") {
      receive()
      return end != nil
    }
  }
}

extension ServerLimits {
  /// Deadlines that a test which is not about them never meets, however busy the machine is.
  static var patient: ServerLimits {
    var limits = ServerLimits()
    limits.headDeadline = .seconds(600)
    limits.bodyGrace = .seconds(600)
    limits.bodyDeadline = .seconds(600)
    limits.idleDeadline = .seconds(600)
    limits.stallDeadline = .seconds(600)
    limits.handlerDeadline = .seconds(600)
    limits.turnDeadline = .seconds(600)
    limits.drainDeadline = .seconds(600)
    return limits
  }
}
