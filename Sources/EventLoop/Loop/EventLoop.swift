import CLinux
import Glibc
import Synchronization

/// One thread's epoll loop, and the executor of every task that belongs to it.
///
/// In each turn the loop waits for events, calls the watchers, fires the timers, and then runs jobs
/// and end-of-turn actions until none is left. A task started with `spawn` runs on this thread from
/// its first line to its last, whatever it awaits: the loop is its preferred executor, so a resumed
/// continuation is a job of the same turn and never passes through another thread.
///
/// Everything but `execute`, `stop` and `enqueue` may only be called on the loop's own thread; a
/// call from another thread stops the process.
package final class EventLoop: @unchecked Sendable {
  /// How many jobs one turn may run before the loop looks for events again. A task that resumes
  /// itself for ever must not starve the sockets.
  static let jobsPerTurnMax = 10_000
  static let eventsPerTurnMax = 256

  private let epoll: Int32
  private let wakeUp: Int32
  private let clock: Clock
  private let inbox = Mutex(Inbox())

  /// The thread that runs the loop; 0 before `run`.
  private let thread = Atomic<pthread_t>(0)
  // Accesses to these never overlap: whatever is called is taken out first. The run-time check for
  // that would be made several times for each event.
  @exclusivity(unchecked) private var timers = TimerHeap()
  @exclusivity(unchecked) private var jobs: [UnownedJob] = []
  @exclusivity(unchecked) private var flushes: [() -> Void] = []
  /// Watches by the token that the kernel returns with their events. A token is never used again,
  /// because an event can still arrive for a cancelled watch: in the same turn, or later when libpq
  /// closed the socket while a forked child process still held a copy of it.
  private var watches: [UInt64: Watch] = [:]
  /// The last token given; 0 belongs to the wake-up descriptor.
  private var lastToken: UInt64 = 0
  private var stopped = false

  /// Work that other threads have passed to the loop.
  private struct Inbox {
    var work: [@Sendable () -> Void] = []
    var jobs: [UnownedJob] = []
    var signalled = false
    /// Jobs that came from another thread since the start. Tests check that a request causes none.
    var jobsReceived = 0
  }

  /// The time when the current turn began.
  package private(set) var now: Instant

  /// A loop that has not started; `run` makes the calling thread the loop's.
  package init(clock: Clock = .system) {
    self.clock = clock
    now = clock.now()
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    precondition(epoll >= 0 && wakeUp >= 0, "no descriptors left for an event loop")
    control(EPOLL_CTL_ADD, wakeUp, IOEvents.read.rawValue, token: 0)
  }

  deinit {
    close(epoll)
    close(wakeUp)
  }

  /// Whether the calling thread is the loop's.
  package var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

  /// The current time, to measure what happens within a turn; `now` stays the same for a turn.
  package var currentTime: Instant { clock.now() }

  /// Nanoseconds since 1970 by the wall clock, for dates that people read.
  package var wallClock: Int64 { clock.wall() }

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
        runJobs()
      }
    }
  }

  /// Ends the loop after the current turn; from any thread.
  package func stop() { execute { self.stopped = true } }

  /// Runs `work` on the loop, in the next turn at the latest; from any thread.
  package func execute(_ work: @escaping @Sendable () -> Void) { post { $0.work.append(work) } }

  /// Starts a task that stays on this loop and may capture objects of this loop. The task is
  /// detached: it inherits no task-local values and no cancellation from the caller. Whoever wants
  /// to cancel it does so on this loop.
  @discardableResult
  package func spawn(_ body: @escaping () async -> Void) -> Task<Void, Never> {
    assertCurrent()
    let bound = LoopBound(self, body)
    return Task.detached(executorPreference: self) { await bound.value() }
  }

  /// Watches a descriptor until the watch is cancelled.
  ///
  /// If the kernel refuses the watch, because it has no memory left or the user's limit of watches
  /// is reached, the watcher is told `failed` in the next turn.
  package func watch(
    _ descriptor: Int32, for interest: IOEvents, _ watcher: any Watcher
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

  /// Calls `flush` once, after the jobs of this turn have run: the moment to send what they have
  /// collected.
  package func atEndOfTurn(_ flush: @escaping () -> Void) {
    assertCurrent()
    flushes.append(flush)
  }

  /// Stops the process when called on another thread: an object of the loop would be used by two
  /// threads.
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
    watches[event.data.u64]?.watcher?.ready(IOEvents(rawValue: event.events))
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

  /// Runs jobs, then flushes, until none is left or the turn's limit of jobs is reached.
  private func runJobs() {
    var budget = Self.jobsPerTurnMax
    repeat {
      var next = 0
      while next < jobs.count, budget > 0 {
        let job = jobs[next]
        next += 1
        budget -= 1
        // Only as a task executor: if the job were isolated to the serial executor as well, every
        // await would switch executors and enqueue the job once more.
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

  func modify(_ watch: Watch, interest: IOEvents) {
    control(EPOLL_CTL_MOD, watch.descriptor, interest.rawValue, token: watch.token)
  }

  func remove(_ watch: Watch) {
    control(EPOLL_CTL_DEL, watch.descriptor, 0, token: watch.token)
    watches[watch.token] = nil
  }

  /// Returns whether the kernel made the change. The result may be ignored when a watch is changed
  /// or removed: libpq may have closed the socket already, and then reports that itself.
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
  /// Called by the Swift runtime, from any thread, with a task's next piece of work.
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

  /// Called by the Swift runtime: makes `assumeIsolated` succeed on the loop's thread.
  package func isIsolatingCurrentContext() -> Bool? { isCurrent }

  /// Called by the Swift runtime: stops the process when isolation was assumed on another thread.
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
