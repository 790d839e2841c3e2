import EventLoop
import HTTP
import HTTPClient
import HTTPServer

/// The running service: adds sockets, a clock and random faults to the contract.
final class Standin {
  private let options: Options
  private let loop: EventLoop
  private let client: HTTPClient
  private var api = OrderProcessAPI()
  private var journal: Journal
  private var random: RandomSource
  private var server: Server?

  init(_ options: Options, _ journal: Journal, on loop: EventLoop) {
    self.options = options
    self.journal = journal
    self.loop = loop
    client = HTTPClient(loop: loop, limits: Self.clientLimits)
    random = RandomSource(seed: UInt64(options.seed))
  }

  /// Serves until the program ends: the service and its server retain each other.
  func serve(_ listener: ListeningSocket) {
    let site = Site(
      name: "standin", listener: listener, answer: { request, _ in self.answer(request) },
      errorResponse: { error, _, _ in .text(error.status, error.sentence) })
    server = Server(loop: loop, sites: [site], limits: Self.serverLimits)
  }

  /// As the real service, it waits for the answers to its callbacks without a limit.
  private static var clientLimits: ClientLimits {
    var limits = ClientLimits()
    limits.readDeadline = .seconds(3_600)
    limits.totalDeadline = .seconds(3_600)
    limits.exchangesMax = 10_000
    return limits
  }

  /// Allows many answers that are held back on purpose.
  private static var serverLimits: ServerLimits {
    var limits = ServerLimits()
    limits.handlerDeadline = .seconds(3_600)
    limits.requestsInFlightMax = 10_000
    return limits
  }
}

// MARK: - Answering

extension Standin {
  private func answer(_ request: Request) -> Reply {
    switch (request.method, String(decoding: request.path, as: UTF8.self)) {
    case (_, OrderProcessAPI.path): return answerWithFaults(request)
    case (.get, "/standin"): return .now(.json(.ok, journal.ledger.json))
    case (.post, "/standin/forget"):
      perform(api.event(.forget((try? Query(request.query))?["order_id"])))
      return .now(Response(.ok))
    default: return .now(Response(.notFound))
    }
  }

  private func answerWithFaults(_ request: Request) -> Reply {
    let fault = Fault(options.rates, &random)
    if let fault { journal.add(Record(fault.recordKind)) }
    guard fault != .refused else { return .never {} }
    let (response, effects) = api.answer(request, plan: plan)
    let early = perform(effects)
    switch fault {
    case nil where early == nil: return .now(response)
    case nil, .delayed:
      let pause = fault == nil ? .zero : random.duration(in: 0...options.delayMaximum)
      return .later {
        await self.call(early)
        await self.loop.pause(for: pause)
        return response
      }
    case .refused, .lost, .silent:
      let pause = fault == .silent ? options.silence : 0
      return .never {
        await self.call(early)
        await self.loop.pause(for: .milliseconds(pause))
      }
    }
  }

  private func plan(of order: String) -> ProcessPlan {
    let before = journal.ledger.orders[order]?.starts ?? 0
    var random = RandomSource(seed: UInt64(options.seed), order: order, process: before)
    return ProcessPlan(
      options.rates, lasting: options.processMinimum...options.processMaximum, &random)
  }
}

// MARK: - Effects

extension Standin {
  /// Performs the effects; returns the callback that has to be sent before the answer, if any.
  @discardableResult
  private func perform(_ effects: [ProcessTable.Effect]) -> Callback? {
    var early: Callback?
    for effect in effects {
      switch effect {
      case .record(let record): journal.add(record)
      case .wait(let order, let number, let duration):
        loop.spawn {
          await self.loop.pause(for: duration)
          self.perform(self.api.event(.due(order, number: number)))
        }
      case .call(let callback, isEarly: true):
        journal.add(Record(.earlyCallback, callback.order))
        early = callback
      case .call(let callback, isEarly: false):
        loop.spawn { await self.call(callback) }
      }
    }
    return early
  }

  /// Makes the first attempt; further ones are made in the background.
  private func call(_ callback: Callback?) async {
    guard var callback else { return }
    let next = await attempt(&callback)
    loop.spawn { await self.retry(callback, next) }
  }

  private func retry(_ callback: Callback, _ next: Callback.Next) async {
    var (callback, next) = (callback, next)
    while next != .done {
      if next == .sendLater { await loop.pause(for: .milliseconds(options.retryPause)) }
      next = await attempt(&callback)
    }
  }

  private func attempt(_ callback: inout Callback) async -> Callback.Next {
    journal.add(Record(.callback, callback.order))
    let request = ClientRequest(
      .post, callback.url.target, host: callback.url.host, contentType: .json,
      body: callback.body)
    do {
      return callback.attemptEnded(.answered(status: try await client.send(request).status))
    } catch {
      return callback.attemptEnded(error.outcome == .notSent ? .notSent : .unanswered)
    }
  }
}
