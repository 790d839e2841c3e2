import EventLoop
import HTTP
import HTTPClient
import HTTPServer

/// The service on a loop: gives the contract its sockets, its clock and its bad luck.
final class Standin {
  private let options: Options
  private let loop: EventLoop
  private let client: HTTPClient
  private var api = OrderProcessAPI()
  private var journal: Journal
  private var dice: Dice
  private var server: Server?

  init(_ options: Options, _ journal: Journal, on loop: EventLoop) {
    self.options = options
    self.journal = journal
    self.loop = loop
    client = HTTPClient(loop: loop, limits: Self.clientLimits)
    dice = Dice(seed: UInt64(options.seed))
  }

  /// Serves for as long as the program runs: it and its server keep each other.
  func serve(_ listener: ListeningSocket) {
    let site = Site(
      name: "standin", listener: listener, answer: { request, _ in self.answer(request) },
      errorResponse: { error, _, _ in .text(error.status, error.sentence) })
    server = Server(loop: loop, sites: [site], limits: Self.serverLimits)
  }

  /// As the real service: it waits for its callbacks however long they take.
  private static var clientLimits: ClientLimits {
    var limits = ClientLimits()
    limits.readDeadline = .seconds(3_600)
    limits.totalDeadline = .seconds(3_600)
    limits.exchangesMax = 10_000
    return limits
  }

  /// Room for many answers that are held back on purpose.
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
    case (_, OrderProcessAPI.path): return answerWithLuck(request)
    case (.get, "/standin"): return .now(.json(.ok, journal.ledger.json))
    case (.post, "/standin/forget"):
      perform(api.event(.forget((try? Query(request.query))?["order_id"])))
      return .now(Response(.ok))
    default: return .now(Response(.notFound))
    }
  }

  private func answerWithLuck(_ request: Request) -> Reply {
    let mishap = Mishap(options.rates, &dice)
    if let mishap { journal.add(Record(mishap.word)) }
    guard mishap != .refused else { return .never {} }
    let (response, effects) = api.answer(request, fate: fate)
    let early = perform(effects)
    switch mishap {
    case nil where early == nil: return .now(response)
    case nil, .delayed:
      let pause = mishap == nil ? .zero : dice.duration(in: 0...options.delayMaximum)
      return .later {
        await self.tell(early)
        await self.loop.pause(for: pause)
        return response
      }
    case .refused, .lost, .silent:
      let pause = mishap == .silent ? options.silence : 0
      return .never {
        await self.tell(early)
        await self.loop.pause(for: .milliseconds(pause))
      }
    }
  }

  private func fate(of order: String) -> Fate {
    let before = journal.ledger.orders[order]?.starts ?? 0
    var dice = Dice(seed: UInt64(options.seed), order: order, process: before)
    return Fate(
      options.rates, lasting: options.processMinimum...options.processMaximum, &dice)
  }
}

// MARK: - Acting

extension Standin {
  /// Does what the table says; answers the callback that comes before the answer, if one does.
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
        journal.add(Record(.foretold, callback.order))
        early = callback
      case .call(let callback, isEarly: false):
        loop.spawn { await self.tell(callback) }
      }
    }
    return early
  }

  /// Makes the first try, and leaves the others to themselves.
  private func tell(_ callback: Callback?) async {
    guard var callback else { return }
    let next = await attempt(&callback)
    loop.spawn { await self.goOn(callback, next) }
  }

  private func goOn(_ callback: Callback, _ next: Callback.Next) async {
    var (callback, next) = (callback, next)
    while next != .done {
      if next == .sendLater { await loop.pause(for: .milliseconds(options.retryPause)) }
      next = await attempt(&callback)
    }
  }

  private func attempt(_ callback: inout Callback) async -> Callback.Next {
    journal.add(Record(.told, callback.order))
    let request = ClientRequest(
      .post, callback.url.target, host: callback.url.host, contentType: .json,
      body: callback.body)
    do {
      return callback.tried(.answered(status: try await client.send(request).status))
    } catch {
      return callback.tried(error.outcome == .notSent ? .notSent : .unanswered)
    }
  }
}
