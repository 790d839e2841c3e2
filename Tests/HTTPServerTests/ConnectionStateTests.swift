import EventLoop
import HTTP
import Telemetry
import Testing

@testable import HTTPServer

/// Drives the state alone; the time is what the test says.
private struct Life {
  var state = ConnectionState(acceptedAt: Instant(nanoseconds: 0))
  var limits = ServerLimits()
  var now = Instant(nanoseconds: 0)

  @discardableResult
  mutating func on(
    _ event: ConnectionState.Event, after delay: Duration = .zero
  ) -> ConnectionState.Action {
    now = now + delay
    return state.event(event, at: now, limits)
  }

  /// Seconds from now until the deadline.
  var secondsLeft: Double { (state.deadline(limits) - now) / .seconds(1) }

  static func after(_ events: ConnectionState.Event...) -> Life {
    var life = Life()
    for event in events { life.on(event) }
    return life
  }
}

@Suite("A connection's state")
struct ConnectionStateTests {
  @Test("goes from request to request")
  func keepAlive() {
    var life = Life()

    for _ in 0..<3 {
      #expect(life.on(.request(isLast: false)) == .wait)
      #expect(life.state.phase == .handling)
      #expect(life.on(.sent) == .next)
      #expect(life.state.phase == .idle)
    }
  }

  @Test("measures the time of a first head from the accept, not from its first byte")
  func firstHead() {
    var life = Life()

    #expect(life.secondsLeft == 10)
    life.on(.partial(bodyBytes: nil), after: .seconds(9))

    #expect(life.secondsLeft == 1)
    #expect(life.on(.expired, after: .seconds(1)) == .answerError(.headTimeout))
  }

  @Test("measures the time of a later head from its first byte, and further bytes do not extend it")
  func laterHead() {
    var life = Life.after(.request(isLast: false), .sent)

    #expect(life.secondsLeft == 30)
    life.on(.partial(bodyBytes: nil), after: .seconds(20))
    #expect(life.secondsLeft == 10)
    life.on(.partial(bodyBytes: nil), after: .seconds(9))

    #expect(life.secondsLeft == 1)
  }

  static let bodyRates: [(bytes: Int, deadline: Double)] = [
    (0, 5), (1_200, 5), (1_920, 8), (6_960, 29), (24_000, 30), (Int.max, 30),
  ]

  @Test(
    "expects 240 bytes of content a second after five seconds, and all of it after thirty",
    arguments: bodyRates)
  func bodyRate(bytes: Int, deadline: Double) {
    var life = Life()

    life.on(.partial(bodyBytes: 0))
    life.on(.partial(bodyBytes: bytes))

    #expect(life.secondsLeft == deadline)
    #expect(life.on(.expired, after: .seconds(30)) == .answerError(.bodyTimeout))
  }

  @Test("counts as stalled only when no byte moves")
  func stall() {
    var life = Life.after(.request(isLast: false))

    life.on(.blocked(progress: true))
    life.on(.blocked(progress: true), after: .seconds(9))
    #expect(life.secondsLeft == 10)
    life.on(.blocked(progress: false), after: .seconds(9))
    #expect(life.secondsLeft == 1)

    #expect(life.on(.expired, after: .seconds(1)) == .close)
  }

  @Test("closes an idle connection at its deadline, but answers when a handler takes too long")
  func expiry() {
    var resting = Life.after(.request(isLast: false), .sent)
    var silent = Life()
    var handling = Life.after(.request(isLast: false))

    #expect(resting.on(.expired) == .close)
    #expect(silent.on(.expired) == .close)
    #expect(handling.on(.expired) == .answerError(.handlerTimeout))
  }

  @Test("closes at once after an answer when the client asked to close")
  func askedToClose() {
    var life = Life.after(.request(isLast: true))

    #expect(life.on(.sent) == .close)
  }

  @Test("lingers after a last answer of its own, up to a limit of bytes and time")
  func lingers() {
    var life = Life.after(.lastAnswer)

    #expect(life.on(.sent) == .linger)
    #expect(life.secondsLeft == 2)
    #expect(life.on(.discarded(1_048_575)) == .wait)
    #expect(life.on(.discarded(1)) == .close)
  }

  @Test("lingers also when the client whose request was refused had asked to close")
  func lingersWhenAsked() {
    var life = Life.after(.request(isLast: true), .lastAnswer)

    #expect(life.on(.sent) == .linger)
  }

  @Test(
    "in a drain reads an idle connection once more, and gives a new or just answered one a moment")
  func drainAtRest() {
    var resting = Life.after(.request(isLast: false), .sent)
    var answered = resting
    var fresh = Life()

    #expect(resting.on(.drain, after: .milliseconds(500)) == .lastRead)
    #expect(answered.on(.drain, after: .milliseconds(400)) == .wait)
    #expect(answered.secondsLeft == 0.1)
    #expect(answered.on(.expired, after: .milliseconds(100)) == .close)
    #expect(fresh.on(.drain, after: .seconds(5)) == .wait)
    #expect(fresh.secondsLeft == 0.5)
  }

  @Test("in a drain lets a busy connection finish, and then gives it only a moment")
  func drainInUse() {
    var life = Life.after(.request(isLast: false))

    #expect(life.on(.drain) == .wait)
    #expect(life.state.isDraining)
    #expect(life.on(.sent) == .next)
    #expect(life.secondsLeft == 0.5)
  }

  @Test("stays closed, whatever happens")
  func closed() {
    let events: [ConnectionState.Event] = [
      .partial(bodyBytes: nil), .request(isLast: false), .lastAnswer, .sent,
      .blocked(progress: true), .discarded(1), .ended, .expired, .drain, .waits, .started,
    ]
    for event in events {
      var life = Life()
      #expect(life.on(.ended) == .close)
      #expect(life.on(event) == .wait)
      #expect(life.state.phase == .closed)
    }
  }
}

@Suite("Admission")
struct AdmissionTests {
  @Test("serves up to the limit, refuses a few more, and closes the rest")
  func connections() {
    var limits = ServerLimits()
    limits.connectionsMax = 2
    limits.refusedConnectionsMax = 1
    let metrics = ServerMetrics()

    let admissions = (0..<4).map { _ in metrics.admitConnection(limits) }

    #expect(admissions == [.serve, .serve, .refuse, .drop])
    #expect(metrics.connectionsOpen.value == 3)
    metrics.connectionsOpen.subtract()
    metrics.connectionsOpen.subtract()
    #expect(metrics.admitConnection(limits) == .serve)
  }
}
