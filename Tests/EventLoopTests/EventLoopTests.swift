import Glibc
import Synchronization
import TestSupport
import Testing

@testable import EventLoop

@Suite("An event loop")
struct EventLoopTests {
  @Test("keeps a task on its own thread over a thousand resumed continuations: no hop")
  func noHop() async throws {
    let (received, threads) = try await onLoop { loop in
      let before = loop.jobsReceived
      var threads: Set<pthread_t> = []
      for _ in 0..<1_000 {
        await resumedByTimer(loop)
        threads.insert(pthread_self())
      }
      return (loop.jobsReceived - before, threads)
    }

    #expect(received == 0)
    #expect(threads.count == 1)
  }

  @Test("resumes a continuation in the turn that resumed it")
  func sameTurn() async throws {
    let turns = try await onLoop { loop in
      let probe = Probe()
      loop.spawn {
        await withCheckedContinuation { probe.waiting = $0 }
        probe.resumedAt = loop.now
      }
      await resumedByTimer(loop)
      probe.waiting?.resume()
      probe.resumedBy = loop.now
      await resumedByTimer(loop)
      return (probe.resumedAt, probe.resumedBy)
    }

    #expect(turns.0 == turns.1)
    #expect(turns.0 != nil)
  }

  @Test("lets child tasks, groups and tasks of the pool finish without a deadlock")
  func structuredConcurrency() async throws {
    let sum = try await onLoop { _ in
      async let fromThePool = Task.detached { 45 }.value
      let sum = await withTaskGroup(of: Int.self) { group in
        for number in 1...10 {
          group.addTask {
            await Task.yield()
            return number
          }
        }
        return await group.reduce(0, +)
      }
      return sum + (await fromThePool)
    }

    #expect(sum == 100)
  }

  @Test("is the executor of an actor that names it, and knows that it is")
  func actorOnLoop() async throws {
    let thread = LoopThread(name: "test-loop")
    let counter = LoopActor(thread.loop)

    for _ in 0..<100 { await counter.add() }

    #expect(await counter.count == 100)
    #expect(await counter.threads == 1)
    #expect(await counter.ranElsewhere == false)
    thread.stop()
  }

  @Test("accepts work from many threads at once and loses none")
  func crossThread() async throws {
    let thread = LoopThread(name: "test-loop")
    let count = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 { thread.loop.execute { count.add() } }
        }
      }
    }

    try await eventually("all work has run") { count.total == 8_000 }
    thread.stop()
  }

  @Test("fires timers by its clock and in order, but no disarmed ones")
  func timers() async throws {
    let manual = ManualClock()
    let thread = LoopThread(name: "test-loop", loop: EventLoop(clock: manual.clock))
    let fired = Log()
    let timers = try await thread.loop.run { loop in
      let timers = ["b", "a", "never"].map { name in
        Timer(on: loop) { fired.append(name) }
      }
      timers[0].arm(after: .seconds(20))
      timers[1].arm(after: .seconds(10))
      timers[2].arm(after: .seconds(15))
      timers[2].disarm()
      return Kept(timers)
    }

    manual.advance(by: .seconds(9), waking: thread.loop)
    try await thread.loop.run { _ in }
    #expect(fired.lines == [])
    manual.advance(by: .seconds(11), waking: thread.loop)
    try await eventually("both have fired") { fired.lines == ["a", "b"] }
    thread.stop()
    withExtendedLifetime(timers) {}
  }

  @Test("flushes once per request at the end of the turn, after the jobs")
  func flushes() async throws {
    let log = try await onLoop { loop in
      let log = Kept<[String]>([])
      loop.atEndOfTurn { log.value.append("flush") }
      loop.spawn { log.value.append("job") }
      await resumedByTimer(loop)
      return log.value
    }

    #expect(log == ["job", "flush"])
  }

  @Test("does not call a watcher after its watch was cancelled, even within the turn")
  func cancelledWatch() async throws {
    let readings = try await onLoop { loop in
      let pipes = [Pipe(), Pipe()]
      let readings = Kept(0)
      var watches: [Watch] = []
      for pipe in pipes {
        let watcher = OnReady { _ in
          readings.value += 1
          for watch in watches { watch.cancel() }
        }
        watches.append(loop.watch(pipe.reader, for: .read, watcher))
      }
      for pipe in pipes { pipe.write() }
      await resumedByTimer(loop)
      await resumedByTimer(loop)
      return readings.value
    }

    #expect(readings == 1)
  }

  @Test("reports a descriptor that the kernel does not watch as failed, in a later turn")
  func notWatchable() async throws {
    let readiness = try await onLoop { loop in
      // epoll takes no regular files.
      let file = open("/proc/self/exe", O_RDONLY)
      defer { close(file) }
      return await withCheckedContinuation { continuation in
        let watch = Kept<Watch?>(nil)
        watch.value = loop.watch(
          file, for: .read,
          OnReady { readiness in
            watch.value?.cancel()
            continuation.resume(returning: readiness)
          })
      }
    }

    #expect(readiness == .failed)
  }

  @Test("delivers a signal as an event")
  func signals() async throws {
    Signals.block([SIGUSR1])
    let number = try await onLoop { loop in
      await withCheckedContinuation { continuation in
        let box = Kept<Signals?>(nil)
        box.value = Signals([SIGUSR1], on: loop) { number in
          box.value?.cancel()
          box.value = nil
          continuation.resume(returning: number)
        }
        pthread_kill(pthread_self(), SIGUSR1)
      }
    }

    #expect(number == SIGUSR1)
  }
}

private actor LoopActor {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  private(set) var count = 0
  private(set) var ranElsewhere = false
  private var seen: Set<pthread_t> = []

  init(_ loop: EventLoop) { self.loop = loop }

  var threads: Int { seen.count }

  func add() async {
    step()
    await Task.yield()
    step()
    count += 1
  }

  private func step() {
    assertIsolated()
    seen.insert(pthread_self())
    if !loop.isCurrent { ranElsewhere = true }
  }
}

private final class Log: Sendable {
  private let storage = Mutex<[String]>([])
  var lines: [String] { storage.withLock { $0 } }
  func append(_ line: String) { storage.withLock { $0.append(line) } }
}

private final class Counter: Sendable {
  private let value = Atomic(0)
  var total: Int { value.load(ordering: .relaxed) }
  func add() { value.add(1, ordering: .relaxed) }
}

/// What two tasks of one loop tell each other.
private final class Probe {
  var waiting: CheckedContinuation<Void, Never>?
  var resumedAt: Instant?
  var resumedBy: Instant?
}

/// A value shared by closures that all run on one loop.
private final class Kept<Value>: @unchecked Sendable {
  var value: Value
  init(_ value: Value) { self.value = value }
}

private final class OnReady: Watcher {
  private let action: (IOEvents) -> Void
  init(_ action: @escaping (IOEvents) -> Void) { self.action = action }
  func ready(_ events: IOEvents) { action(events) }
}

private final class Pipe {
  let reader: Int32
  let writer: Int32

  init() {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    (reader, writer) = (ends[0], ends[1])
  }

  deinit {
    close(reader)
    close(writer)
  }

  func write() { Glibc.write(writer, "x", 1) }
}

/// Suspends until a timer of the loop resumes it: one await, in a later turn.
private func resumedByTimer(_ loop: EventLoop) async {
  let timer = Kept<Timer?>(nil)
  await withCheckedContinuation { continuation in
    timer.value = Timer(on: loop) { continuation.resume() }
    timer.value?.arm(after: .zero)
  }
}
