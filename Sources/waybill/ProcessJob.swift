import EventLoop
import HTTP
import HTTPClient
import HTTPServer
import OrderService
import OrderStore
import Orders
import Postgres
import Synchronization

/// Has orders fulfilled by the process service: claims those that are due, as many as may be on
/// their way at once, whenever the database, a callback or the time says that there may be some.
/// Every instance has one; the queue lets each order be visited by one of them.
final class ProcessJob {
  /// Orders visited at once. More would be a storm for a service that has trouble already.
  private static let visitsMax = 16
  /// How often is looked without a reason, as a notification may be lost with its connection.
  private static let lookEvery = Duration.seconds(5)
  /// The pause after a failure of the database.
  private static let retryAfter = Duration.seconds(1)
  /// How long callbacks gather before they cost a statement.
  private static let hintPause = Duration.milliseconds(50)
  /// What an answer of the process service may hold: it is some hundred bytes, or one long id.
  private static let answerBytesMax = 65_536
  /// How long a stop waits for calls on their way; what is left then is left to the others.
  private static let drainMax = Duration.seconds(5)

  private let log: Log
  private let figures: ProcessFigures
  private let hints: OrderProcessHints
  private let loop: EventLoop
  private let database: Database
  private let queue: OrderProcessRepository
  private let fulfil: FulfilOrders
  private var notifications: Notifications?
  private var breaker: Breaker
  private var claimTimer: Timer?
  private var hintTimer: Timer?

  private var visits = 0
  private var isClaiming = false
  /// Whether somebody has asked for another claim since the last one began.
  private var mustClaim = false
  /// Whether the last claim has left something behind for want of room.
  private var isMoreDue = false
  private var hasFailed = false
  private var isStopping = false
  private var hasStopped = false
  private var waiting: CheckedContinuation<Void, Never>?

  /// Begins at once; nil when no process service is configured. The caller is on `loop`.
  init?(_ shared: Shared, on loop: EventLoop) {
    let configuration = shared.configuration
    guard let address = configuration.orderProcess, let hints = shared.hints else { return nil }
    let pace = OrderProcessPace(call: configuration.orderProcessTimeout)
    self.loop = loop
    self.hints = hints
    log = shared.log
    figures = shared.metrics.process
    var settings = PostgresSettings()
    settings.applicationName = "waybill fulfilment"
    (settings.readConnections, settings.writeConnections) = (1, 2)
    database = Database(shared.target, settings: settings, on: loop)
    queue = OrderProcessRepository(database)
    breaker = Breaker(pauses: pace.probes)
    let base = configuration.publicURL?.text ?? "http://\(shared.address)"
    let service = OrderProcessService(
      HTTPClient(loop: loop, limits: Self.limits(pace)), at: address,
      callback: { "\(base)/fulfilment/order/\(PercentCoding.encode($0))/process-callback" })
    fulfil = FulfilOrders(
      queue: queue, service: service, pace: pace, now: { .nanoseconds(loop.now.nanoseconds) })
    claimTimer = Timer(on: loop) { [unowned self] in claim() }
    hintTimer = Timer(on: loop) { [unowned self] in takeHints() }
    notifications = Notifications(
      shared.target, channels: [OrderProcessRepository.wakeUpChannel], settings: settings, on: loop
    ) { [unowned self] _ in claim() }
    let bound = LoopBound(loop, self)
    hints.onFirst { loop.execute { bound.value.hintsCame() } }
    claim()
  }

  private static func limits(_ pace: OrderProcessPace) -> ClientLimits {
    var limits = ClientLimits()
    limits.totalDeadline = pace.call
    limits.connectDeadline = min(limits.connectDeadline, pace.call)
    limits.bodyBytesMax = answerBytesMax
    limits.idleConnectionsPerOriginMax = visitsMax
    return limits
  }

  private var now: Duration { .nanoseconds(loop.now.nanoseconds) }
}

// MARK: - Claims and visits

extension ProcessJob {
  /// Claims what is due; one claim at a time, and another one after it when that is asked for.
  private func claim() {
    mustClaim = true
    guard !isClaiming, !isStopping else { return }
    isClaiming = true
    loop.spawn {
      while self.mustClaim, !self.isStopping {
        self.mustClaim = false
        await self.claimOnce()
      }
      self.isClaiming = false
      self.finishIfIdle()
    }
  }

  private func claimOnce() async {
    // Taken before the claim is sent, so that the lease ends later than this says, never earlier.
    let claimedAt = now
    let room = breaker.room(for: Self.visitsMax - visits, running: visits, at: claimedAt)
    guard room > 0 else {
      isMoreDue = true
      if breaker.isOpen, visits == 0 { arm(within: breaker.wait(at: claimedAt)) }
      return
    }
    figures.claims.add(1, ordering: .relaxed)
    do throws(PostgresError) {
      let claims = try await queue.claim(room, lease: fulfil.pace.lease)
      for claim in claims { begin(claim, claimedAt: claimedAt) }
      isMoreDue = claims.count == room
      if !isMoreDue {
        // What became due since the claim waits as long as what is locked: better than asking for
        // a locked row without end.
        let next = try await queue.nextClaim(gap: fulfil.pace.pauses.lowerBound)
        arm(within: next ?? Self.lookEvery)
      }
      hasFailed = false
    } catch {
      failed(error)
      arm(within: Self.retryAfter)
    }
  }

  private func begin(_ claim: OrderProcessRepository.Claim, claimedAt: Duration) {
    visits += 1
    figures.visits.store(visits, ordering: .relaxed)
    loop.spawn {
      await self.visit(claim, claimedAt: claimedAt)
      self.visits -= 1
      self.figures.visits.store(self.visits, ordering: .relaxed)
      if self.isMoreDue { self.claim() }
      self.finishIfIdle()
    }
  }

  private func visit(_ claim: OrderProcessRepository.Claim, claimedAt: Duration) async {
    do {
      let outcome = try await fulfil.visit(
        claim, claimedAt: claimedAt, isStopping: { isStopping }, seen: { saw($0, $1) },
        started: { figures.count($0) })
      guard case .recorded(let record, let dueIn) = outcome else { return }
      figures.count(record)
      if let dueIn { arm(within: dueIn) }
    } catch {
      // The claim runs out by itself, and the next visit looks before it acts.
      failed(error)
    }
  }

  private func saw(_ event: Breaker.Event, _ problem: String?) {
    var random = SystemRandomNumberGenerator()
    guard let change = breaker.event(event, at: now, using: &random) else { return }
    figures.isOpen.store(breaker.isOpen, ordering: .relaxed)
    switch change {
    case .opened:
      log.write(
        .warning, "the process service is away; orders wait for it", ["reason": problem ?? ""])
    case .closed:
      log.write(.notice, "the process service is back")
      claim()
    }
  }

  /// Claims again when so much time has passed, or earlier.
  private func arm(within pause: Duration) {
    guard !isStopping, let claimTimer else { return }
    let deadline = loop.now + min(max(pause, .milliseconds(1)), Self.lookEvery)
    if !claimTimer.isArmed || deadline < claimTimer.deadline { claimTimer.arm(at: deadline) }
  }

  /// Says once that the database is away, until it has been there again.
  private func failed(_ error: any Error) {
    guard !hasFailed else { return }
    hasFailed = true
    log.write(
      .error, "the queue of orders to fulfil cannot be used", ["error": String(reflecting: error)])
  }
}

// MARK: - Hints

extension ProcessJob {
  /// The first callback after a pause is heeded at once; what comes after it gathers.
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
        try await self.queue.hint(references, gap: self.fulfil.pace.hints)
        self.claim()
      } catch {
        self.failed(error)
      }
    }
  }
}

// MARK: - The end

extension ProcessJob {
  /// Begins no call any more; those on their way may end.
  func stop() {
    isStopping = true
    claimTimer?.disarm()
    hintTimer?.disarm()
    notifications?.close()
    let patience = Timer(on: loop) { [unowned self] in finish() }
    patience.arm(after: Self.drainMax)
    finishIfIdle()
  }

  /// Waits until the last visit has been recorded, or left to the others.
  func stopped() async {
    if !hasStopped { await withCheckedContinuation { waiting = $0 } }
    await database.close()
  }

  private func finishIfIdle() { if isStopping, !isClaiming, visits == 0 { finish() } }

  private func finish() {
    hasStopped = true
    waiting?.resume()
    waiting = nil
  }
}
