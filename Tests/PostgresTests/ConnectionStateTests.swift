import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("A connection's state")
struct ConnectionStateTests {
  private let now = Instant(nanoseconds: 0)

  @Test("holds a write's answer back until its commit is known")
  func held() {
    var state = ConnectionState<Int>()
    state.sent(1, .committed, at: now)
    state.sentSync(at: now)

    #expect(state.received(.success, at: now) == .hold(1))
    #expect(state.inFlight == 1)
    #expect(state.received(.sync, at: now) == .release(1))
    #expect(state.inFlight == 0)
  }

  @Test("reports to the writer when the commit fails after the statement succeeded")
  func failedCommit() {
    var state = ConnectionState<Int>()
    state.sent(1, .committed, at: now)
    state.sentSync(at: now)

    #expect(state.received(.success, at: now) == .hold(1))
    #expect(state.received(.failure, at: now) == .answer(1))
    #expect(state.received(.sync, at: now) == .nothing)
    #expect(!state.owesReply)
  }

  @Test("sends again what was skipped after another statement's failure, and nothing else")
  func skipped() {
    var state = ConnectionState<Int>()
    for request in 1...3 { state.sent(request, .batched, at: now) }
    state.sentSync(at: now)

    #expect(state.received(.success, at: now) == .answer(1))
    #expect(state.received(.failure, at: now) == .answer(2))
    #expect(state.received(.skipped, at: now) == .sendAgain(3))
    #expect(state.received(.sync, at: now) == .nothing)
  }

  @Test("treats a reply that nothing was sent for as a violation")
  func violation() {
    var state = ConnectionState<Int>()
    #expect(state.received(.success, at: now) == .violation)
    state.sentSync(at: now)
    #expect(state.received(.success, at: now) == .violation)
    state.sent(1, .batched, at: now)
    #expect(state.received(.sync, at: now) == .nothing)
    #expect(state.received(.sync, at: now) == .violation)
  }

  @Test("is overdue when a reply is outstanding too long, counted from the last one")
  func overdue() {
    var state = ConnectionState<Int>()
    #expect(!state.isOverdue(after: .zero, at: .never))
    state.sent(1, .batched, at: now)
    state.sentSync(at: now + .seconds(1))
    #expect(!state.isOverdue(after: .seconds(2), at: now + .seconds(1.999)))
    #expect(state.isOverdue(after: .seconds(2), at: now + .seconds(2)))

    #expect(state.received(.success, at: now + .seconds(1.5)) == .answer(1))
    #expect(!state.isOverdue(after: .seconds(2), at: now + .seconds(2)))
    #expect(state.received(.sync, at: now + .seconds(3)) == .nothing)
    #expect(!state.isOverdue(after: .seconds(2), at: .never))
  }

  @Test(
    "answers every request exactly once, in order, whatever fails and whenever it breaks",
    arguments: 0..<200)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var state = ConnectionState<Int>()
    var server = Server()
    var sent: [Int] = []
    var ended: [Int] = []

    for _ in 0..<300 {
      if Int.random(in: 0..<3, using: &random) > 0 {
        let delivery = [ConnectionState<Int>.Delivery.batched, .alone, .committed]
          .randomElement(using: &random)!
        if delivery != .batched, state.hasOpenBatch { sync() }
        sent.append(sent.count)
        state.sent(sent.count - 1, delivery, at: now)
        server.commands.append(.request(fails: Int.random(in: 0..<4, using: &random) == 0))
        if delivery != .batched || Bool.random(using: &random) { sync() }
      } else if let reply = server.reply(commitFails: Int.random(in: 0..<5, using: &random) == 0) {
        receive(reply)
      }
    }
    if Bool.random(using: &random) {
      if state.hasOpenBatch { sync() }
      while let reply = server.reply(commitFails: false) { receive(reply) }
      #expect(!state.owesReply)
    } else {
      ended += state.lost()
      #expect(state.received(.success, at: now) == .violation)
    }
    #expect(ended == sent, "seed \(seed)")
    #expect(state.inFlight == 0)

    func sync() {
      state.sentSync(at: now)
      server.commands.append(.sync)
    }
    func receive(_ reply: ConnectionState<Int>.Reply) {
      switch state.received(reply, at: now) {
      case .answer(let request), .release(let request), .sendAgain(let request):
        ended.append(request)
      case .violation, .unprepared: Issue.record("seed \(seed)")
      case .nothing, .hold: break
      }
      #expect(state.inFlight == sent.count - ended.count, "seed \(seed)")
    }
  }
}

/// What PostgreSQL does with a pipeline.
private struct Server {
  enum Command { case request(fails: Bool), sync }
  var commands: [Command] = []
  private var skipping = false
  private var commitFailed = false

  mutating func reply(commitFails: Bool) -> ConnectionState<Int>.Reply? {
    guard let command = commands.first else { return nil }
    if case .sync = command, commitFails, !skipping, !commitFailed {
      commitFailed = true
      return .failure
    }
    commands.removeFirst()
    switch command {
    case .sync:
      (skipping, commitFailed) = (false, false)
      return .sync
    case .request(let fails):
      if skipping { return .skipped }
      skipping = fails
      return fails ? .failure : .success
    }
  }
}

extension ConnectionState.Verdict: Equatable where Request == Int {
  static func == (left: Self, right: Self) -> Bool {
    switch (left, right) {
    case (.nothing, .nothing), (.violation, .violation): true
    case (.answer(let left), .answer(let right)), (.hold(let left), .hold(let right)),
      (.release(let left), .release(let right)), (.sendAgain(let left), .sendAgain(let right)):
      left == right
    default: false
    }
  }
}
