import EventLoop
import HTTP
import HTTPClient
import OrderService
import OrderStore
import Orders
import Postgres
import Telemetry

/// Claims orders that are due and visits them, as `ClaimSchedule` decides. Lives on its loop.
final class OrderProcessRunner: RunningJob {
  /// How long callbacks gather before they cost a statement.
  private static let hintPause = Duration.milliseconds(50)
  /// The largest answer of the service that is read. Answers have some hundred bytes, or more when
  /// the id is long.
  private static let answerBytesMax = 65_536
  /// How long a stop waits for visits under way. What is left then is taken up by other instances,
  /// or by this one after its next start.
  private static let stopSecondsMax = Duration.seconds(5)

  private let log: Log
  private let figures: OrderProcessFigures
  private let hints: OrderProcessHints
  private let loop: EventLoop
  private let database: Database
  private let queue: OrderProcessRepository
  private let fulfil: FulfilOrders
  private var schedule: ClaimSchedule
  private var notifications: Notifications?
  private var claimTimer: Timer?
  private var hintTimer: Timer?
  private var stopTimer: Timer?
  private var hasFailed = false
  private var isStopping = false
  private var hasStopped = false
  private var waiting: CheckedContinuation<Void, Never>?

  /// Begins at once; the caller is on the context's loop.
  init(
    _ job: OrderProcessJob.Settings, name: String, _ figures: OrderProcessFigures,
    _ context: JobContext
  ) {
    let pace = OrderProcessPace(callTimeout: job.callTimeout)
    let loop = context.loop
    self.loop = loop
    self.figures = figures
    log = context.log
    hints = job.hints
    var settings = PostgresSettings()
    settings.applicationName = "waybill \(name)"
    (settings.readConnections, settings.writeConnections) = (1, 2)
    database = Database(context.target, settings: settings, on: loop)
    queue = OrderProcessRepository(database)
    schedule = ClaimSchedule(Breaker(pauses: pace.probePauses))
    let service = OrderProcessService(
      HTTPClient(loop: loop, limits: Self.limits(pace)), at: job.service,
      callback: {
        "\(job.callbackBase)/fulfilment/order/\(PercentCoding.encode($0))/process-callback"
      })
    fulfil = FulfilOrders(
      queue: queue, service: service, pace: pace, now: { .nanoseconds(loop.now.nanoseconds) })
    claimTimer = Timer(on: loop) { [unowned self] in take(.woke) }
    hintTimer = Timer(on: loop) { [unowned self] in takeHints() }
    stopTimer = Timer(on: loop) { [unowned self] in finish() }
    notifications = Notifications(
      context.target, channels: [OrderProcessRepository.wakeUpChannel], settings: settings, on: loop
    ) { [unowned self] _ in take(.mayBeDue) }
    let bound = LoopBound(loop, self)
    hints.onFirst { loop.execute { bound.value.hintsCame() } }
    take(.mayBeDue)
  }

  private static func limits(_ pace: OrderProcessPace) -> ClientLimits {
    var limits = ClientLimits()
    limits.totalDeadline = pace.callTimeout
    limits.connectDeadline = min(limits.connectDeadline, pace.callTimeout)
    limits.bodyBytesMax = answerBytesMax
    limits.idleConnectionsPerOriginMax = ClaimSchedule.visitsMax
    return limits
  }

  private var now: Duration { .nanoseconds(loop.now.nanoseconds) }

  /// Does what the schedule decides.
  private func take(_ event: ClaimSchedule.Event) {
    let action = schedule.event(event, at: now)
    figures.visits.set(schedule.visits)
    if let time = schedule.wakeAt {
      claimTimer?.arm(at: Instant(nanoseconds: time.inNanoseconds))
    } else {
      claimTimer?.disarm()
    }
    switch action {
    case .claim(let room): loop.spawn { await self.claim(room) }
    case .askNextDue: loop.spawn { await self.askNextDue() }
    case .finish: finish()
    case nil: break
    }
  }

  /// Logs the first of several failures in a row.
  private func failed(_ error: any Error) {
    guard !hasFailed else { return }
    hasFailed = true
    log.write(
      .error, "the queue of orders to fulfil cannot be used", ["error": String(reflecting: error)])
  }
}

// MARK: - Claims and visits

extension OrderProcessRunner {
  private func claim(_ room: Int) async {
    // Taken before the claim is sent, so that the lease ends later than is assumed here.
    let claimedAt = now
    figures.claims.add()
    do throws(PostgresError) {
      let claims = try await queue.claim(room, lease: fulfil.pace.lease)
      if claims.count == room { hasFailed = false }
      take(.claimed(claims.count))
      for claim in claims { loop.spawn { await self.visit(claim, claimedAt: claimedAt) } }
    } catch {
      failed(error)
      take(.claimFailed)
    }
  }

  private func askNextDue() async {
    do throws(PostgresError) {
      let pause = try await queue.nextClaim(gap: fulfil.pace.visitPauses.lowerBound)
      hasFailed = false
      take(.nextDue(in: pause))
    } catch {
      failed(error)
      take(.claimFailed)
    }
  }

  private func visit(_ claim: OrderProcessRepository.Claim, claimedAt: Duration) async {
    var dueIn: Duration?
    do {
      let outcome = try await fulfil.visit(
        claim, claimedAt: claimedAt, isStopping: { isStopping },
        seen: { serviceShowed($0, problem: $1) }, started: { figures.count($0) })
      if case .recorded(let record, let next) = outcome {
        figures.count(record)
        dueIn = next
      }
    } catch {
      // The claim runs out by itself, and the next visit asks before it acts.
      failed(error)
    }
    take(.visitEnded(dueIn: dueIn))
  }

  private func serviceShowed(_ event: Breaker.Event, problem: String?) {
    var random = SystemRandomNumberGenerator()
    guard let change = schedule.service(event, at: now, using: &random) else { return }
    figures.isBreakerOpen.set(schedule.isBreakerOpen ? 1 : 0)
    switch change {
    case .opened:
      log.write(
        .warning, "the process service is away; orders wait for it", ["reason": problem ?? ""])
    case .closed:
      log.write(.notice, "the process service is back")
      take(.mayBeDue)
    }
  }
}

// MARK: - Hints

extension OrderProcessRunner {
  /// The first callback after a pause is used at once; those that come soon after it gather.
  private func hintsCame() {
    guard let hintTimer, !hintTimer.isArmed, !isStopping else { return }
    hintTimer.arm(after: .milliseconds(1))
  }

  private func takeHints() {
    let references = hints.take()
    guard !references.isEmpty, !isStopping else { return }
    hintTimer?.arm(after: Self.hintPause)
    loop.spawn {
      do throws(PostgresError) {
        try await self.queue.hint(references, gap: self.fulfil.pace.hintPause)
        self.take(.mayBeDue)
      } catch {
        self.failed(error)
      }
    }
  }
}

// MARK: - The end

extension OrderProcessRunner {
  func stop() {
    isStopping = true
    hintTimer?.disarm()
    notifications?.close()
    stopTimer?.arm(after: Self.stopSecondsMax)
    take(.stop)
  }

  func stopped() async {
    if !hasStopped { await withCheckedContinuation { waiting = $0 } }
    await database.close()
  }

  private func finish() {
    stopTimer?.disarm()
    hasStopped = true
    waiting?.resume()
    waiting = nil
  }
}
