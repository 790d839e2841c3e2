import CLinux
import Glibc
import Synchronization

/// One thread's epoll loop, and the executor of every task that belongs to it.
///
/// A turn is: wait for events, tell the watchers, fire the timers, run the jobs, flush what asked
/// to be flushed, again until nothing is left. A task started with `spawn` runs here from its first
/// line to its last, whatever it awaits: the loop is its preferred executor, so a resumed
/// continuation is a job of the same turn and never passes through another thread.
///
/// Everything but `execute`, `stop` and `enqueue` may only be called on the loop's own thread, and
/// says so at once when it is not.
package final class EventLoop: @unchecked Sendable {
  /// How many jobs one turn may run before events are looked at again; a task that resumes itself
  /// for ever must not starve the sockets.
  static let jobsPerTurnMax = 10_000
  /// How many events one turn takes from the kernel.
  static let eventsPerTurnMax = 256

  private let epoll: Int32
  private let wakeUp: Int32
  private let clock: Clock
  private let inbox = Mutex(Inbox())

  /// The thread that runs the loop; 0 before `run`.
  private let thread = Atomic<pthread_t>(0)
  private var timers = TimerHeap()
  private var jobs: [UnownedJob] = []
  private var flushes: [() -> Void] = []
  /// Watches by the token that the kernel gives back with their events. A token is never used
  /// again: an event may come for a watch that was cancelled, in the same turn, or later when its
  /// socket was closed by libpq while another process, about to start a program, still held it.
  private var watches: [UInt64: Watch] = [:]
  /// The last token given; 0 is the wake-up's.
  private var lastToken: UInt64 = 0
  private var stopped = false

  /// What other threads left for the loop.
  private struct Inbox {
    var work: [@Sendable () -> Void] = []
    var jobs: [UnownedJob] = []
    var signalled = false
    /// Jobs that came from another thread since the start; a request handler must cause none.
    var jobsReceived = 0
  }

  /// The time when this turn began.
  package private(set) var now: Instant

  /// A loop that has not started; `run` makes the calling thread its own.
  package init(clock: Clock = .system) {
    self.clock = clock
    now = clock.now()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(epoll >= 0 && wakeUp >= 0, "no descriptors left for an event loop")
    control(EPOLL_CTL_ADD, wakeUp, Readiness.read.rawValue, token: 0)
  }

  deinit {
    close(epoll)
    close(wakeUp)
  }

  /// Whether the calling thread is the loop's.
  package var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

  /// The time as it is right now, to measure what happens within a turn.
  package var currentTime: Instant { clock.now() }

  /// Nanoseconds since 1970 by the wall clock, for dates people read.
  package var wallClock: Int64 { clock.wall() }

  /// Jobs that arrived from another thread so far.
  package var jobsReceived: Int { inbox.withLock { $0.jobsReceived } }

  /// Runs on the calling thread until `stop`.
  package func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    now = clock.now()
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerTurnMax) { events in
      while !stopped {
        let count = epoll_wait(
          epoll, events.baseAddress, Int32(events.count), timeoutMilliseconds())
        now = clock.now()
        for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
        fireTimers()
        settle()
      }
    }
  }

  /// Ends the loop after the turn under way; from any thread.
  package func stop() { execute { self.stopped = true } }

  /// Runs `work` on the loop, in its next turn at the latest; from any thread.
  package func execute(_ work: @escaping @Sendable () -> Void) { post { $0.work.append(work) } }

  /// Starts a task that stays on this loop; may capture what lives here. It is on its own: nothing
  /// that its starter is part of is handed on to it.
  package func spawn(_ body: @escaping () async -> Void) {
    assertCurrent()
    let bound = LoopBound(self, body)
    Task.detached(executorPreference: self) { await bound.value() }
  }

  /// Watches a descriptor until the watch is cancelled.
  ///
  /// One that the kernel does not take, for want of memory or because the user's watches are used
  /// up, is reported as failed in the next turn.
  package func watch(
    _ descriptor: Int32, for interest: Readiness, _ watcher: any Watcher
  ) -> Watch {
    assertCurrent()
    lastToken += 1
    let watch = Watch(
      descriptor: descriptor, token: lastToken, interest: interest, watcher: watcher, loop: self)
    watches[lastToken] = watch
    if !control(EPOLL_CTL_ADD, descriptor, interest.rawValue, token: lastToken) {
      execute { [bound = LoopBound(self, watch)] in bound.value.watcher?.ready(.failed) }
    }
    return watch
  }

  /// Calls `flush` once, when the jobs of this turn have run: the moment to send what they
  /// gathered.
  package func atEndOfTurn(_ flush: @escaping () -> Void) {
    assertCurrent()
    flushes.append(flush)
  }

  /// Stops the process when called on another thread: what lives on the loop was about to be
  /// shared.
  package func assertCurrent() { precondition(isCurrent, "called off its event loop") }
}

// MARK: - The turn

extension EventLoop {
  private func timeoutMilliseconds() -> Int32 {
    guard jobs.isEmpty, flushes.isEmpty else { return 0 }
    guard let earliest = timers.earliest else { return -1 }
    let wait = (earliest - clock.now()).inNanoseconds
    // Rounded up: waking early would spin until the timer is due.
    return wait <= 0 ? 0 : Int32(min((wait - 1) / 1_000_000 + 1, Int64(Int32.max)))
  }

  private func dispatch(_ event: epoll_event) {
    guard event.data.u64 != 0 else { return collectInbox() }
    watches[event.data.u64]?.watcher?.ready(Readiness(rawValue: event.events))
  }

  private func collectInbox() {
    var count: UInt64 = 0
    read(wakeUp, &count, 8)
    let (work, jobs) = inbox.withLock { inbox in
      inbox.signalled = false
      defer {
        inbox.work = []
        inbox.jobs = []
      }
      return (inbox.work, inbox.jobs)
    }
    self.jobs.append(contentsOf: jobs)
    for item in work { item() }
  }

  private func fireTimers() {
    while let timer = timers.popDue(at: now) { timer.action() }
  }

  /// Runs jobs, then flushes, until neither is left or the turn has been long enough.
  private func settle() {
    var budget = Self.jobsPerTurnMax
    repeat {
      var next = 0
      while next < jobs.count, budget > 0 {
        let job = jobs[next]
        next += 1
        budget -= 1
        // Not as isolated to the serial executor too: every await would then switch executors, and
        // be enqueued once more although it is where it should be.
        job.runSynchronously(on: asUnownedTaskExecutor())
      }
      jobs.removeFirst(next)
      let due = flushes
      flushes.removeAll(keepingCapacity: true)
      for flush in due { flush() }
    } while budget > 0 && !(jobs.isEmpty && flushes.isEmpty)
  }
}

// MARK: - Timers and watches, called by the objects themselves

extension EventLoop {
  func arm(_ timer: Timer, at deadline: Instant) {
    assertCurrent()
    timers.insert(timer, at: deadline)
  }

  func disarm(_ timer: Timer) { timers.remove(timer) }

  func modify(_ watch: Watch, interest: Readiness) {
    control(EPOLL_CTL_MOD, watch.descriptor, interest.rawValue, token: watch.token)
  }

  func remove(_ watch: Watch) {
    control(EPOLL_CTL_DEL, watch.descriptor, 0, token: watch.token)
    watches[watch.token] = nil
  }

  /// Whether it was done. A socket that libpq has closed behind our back is known by its failure,
  /// not from here.
  @discardableResult
  private func control(
    _ operation: Int32, _ descriptor: Int32, _ events: UInt32, token: UInt64
  ) -> Bool {
    var event = epoll_event(events: events, data: epoll_data_t(u64: token))
    return epoll_ctl(epoll, operation, descriptor, &event) == 0
  }
}

// MARK: - The executor

extension EventLoop: SerialExecutor, TaskExecutor {
  /// Takes a task's next piece of work; from any thread.
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isCurrent {
      jobs.append(job)
    } else {
      post {
        $0.jobs.append(job)
        $0.jobsReceived += 1
      }
    }
  }

  /// Lets `assumeIsolated` succeed on the loop's thread.
  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Stops the process when isolation to this loop was assumed elsewhere.
  package func checkIsolated() { assertCurrent() }

  private func post(_ change: (inout sending Inbox) -> Void) {
    let mustSignal = inbox.withLock { inbox in
      change(&inbox)
      defer { inbox.signalled = true }
      return !inbox.signalled
    }
    guard mustSignal else { return }
    var one: UInt64 = 1
    write(wakeUp, &one, 8)
  }
}
