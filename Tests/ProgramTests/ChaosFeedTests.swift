import EventLoop
import Glibc
import Postgres
import PrivateCluster
import Synchronization
import TestSupport
import Testing

/// `./dev chaos-feed` runs this for as long as it is told, and with the seed it is given.
@Suite("While two instances and their database are killed under load, a consumer of the feed")
struct ChaosFeedTests {
  private static let seconds = chaosNumber("CHAOS_SECONDS") ?? 5
  private static let seed = UInt64(chaosNumber("CHAOS_SEED") ?? Int.random(in: 1...1_000_000))
  private static let settings = ["max_prepared_transactions": "20"]

  @Test("sees every event once and in the same order, with pages, waits and streams, on either")
  func killed() async throws {
    print("chaos-feed: \(Self.seconds) s, seed \(Self.seed)")
    let server = try await blocking {
      let server = try TestServer()
      try server.start(settings: Self.settings)
      return server
    }
    let conninfo = try server.makeOrdersDatabase()
    try await MigratedDatabase.prepare(conninfo)
    try await KeyedLoad.fill(conninfo)
    let variables = [
      "DATABASE_URL": MigratedDatabase.as(.service, conninfo), "LOG_LEVEL": "notice",
    ]
    var programs = [try RunningProgram(variables), try RunningProgram(variables)]
    var ports: [UInt16] = []
    for program in programs { ports.append(try await program.port()) }

    let consumers = ports.flatMap { port in
      [.pages, .waits, .stream].map { FeedConsumer($0, port: port) }
    }
    let load = KeyedLoad(seed: Self.seed, clients: 4)
    load.port = ports[0]
    let writers = (0..<4).map { RandomWriter($0, conninfo, seed: Self.seed) }
    defer {
      load.abandon()
      for consumer in consumers { consumer.abandon() }
      for writer in writers { writer.abandon() }
    }

    var random = SeededRandom(seed: Self.seed)
    var kills = [0, 0, 0]
    let clock = ContinuousClock()
    let end = clock.now + .seconds(Self.seconds)
    repeat {
      let goal = (consumers[0].events.count) + Int.random(in: 50..<300, using: &random)
      try await eventually("events come; log: \(programs[0].log)", within: .seconds(60)) {
        consumers[0].events.count > goal
      }
      let victim = Int.random(in: 0..<7, using: &random) / 3
      kills[victim] += 1
      if victim == 2 {
        try await blocking {
          server.kill()
          try server.start(settings: Self.settings)
        }
      } else {
        programs[victim].signal(SIGKILL)
        try await eventually("it is dead") { [programs] in !programs[victim].isRunning }
        programs[victim] = try RunningProgram(
          variables.merging(["PORT": "\(ports[victim])"]) { $1 })
      }
    } while clock.now < end

    for program in programs { _ = try await program.port() }
    try await blocking {
      for writer in writers { writer.finish() }
      // An order may wait for what is prepared.
      try Self.endPrepared(server)
      load.finish()
    }
    try await Self.check(consumers, conninfo)
    let events = consumers[0].events.count
    let broken = consumers.map(\.connectionsLost)
    print("chaos-feed: killed \(kills); \(events) events; connections lost \(broken)")
  }

  /// What nobody will commit any more.
  private static func endPrepared(_ server: TestServer) throws {
    let left = try server.sql("SELECT gid FROM pg_prepared_xacts", database: "orders")
    for name in left.split(separator: "\n") {
      try server.sql("ROLLBACK PREPARED '\(name)'", database: "orders")
    }
  }

  private static func check(_ consumers: [FeedConsumer], _ conninfo: String) async throws {
    let whole = try await FeedConsumer.wholeFeed(conninfo)
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      for fault in try await session.rows(FeedInvariants.faults) {
        Issue.record("seed \(seed): \(try fault.text(0)) \(try fault.text(1))")
      }
    }
    for consumer in consumers {
      try await eventually("\(consumer.way) has come to the end", within: .seconds(60)) {
        consumer.events.count >= whole.count
      }
      try await blocking { consumer.finish() }
      #expect(consumer.events == whole, "seed \(seed): \(consumer.way)")
      #expect(consumer.refusals.isEmpty, "seed \(seed): \(consumer.way)")
    }
  }
}

/// Runs random transactions on a thread of its own, and connects again when the database is gone.
private final class RandomWriter: Sendable {
  private let isFinishing = Atomic(false)
  private let thread = Mutex<Thread?>(nil)

  init(_ number: Int, _ conninfo: String, seed: UInt64) {
    let transactions = RandomTransactions(
      "writer-\(number)", seed: seed &+ UInt64(1_000 + number), prepares: true)
    thread.withLock {
      $0 = Thread {
        let loop = EventLoop()
        loop.execute {
          loop.spawn {
            await self.write(conninfo, transactions, loop)
            loop.stop()
          }
        }
        loop.run()
      }
    }
  }

  func abandon() { isFinishing.store(true, ordering: .relaxed) }

  /// Ends, and waits for that; on a thread of one's own.
  func finish() {
    abandon()
    thread.withLock { $0.take() }?.join()
  }

  private func write(
    _ conninfo: String, _ transactions: RandomTransactions, _ loop: EventLoop
  ) async {
    var transactions = transactions
    while !isFinishing.load(ordering: .relaxed) {
      guard let session = try? await Session.open(try ConnectionString(conninfo), on: loop) else {
        await loop.pause(for: .milliseconds(20))
        continue
      }
      // It may be prepared, or have ended, or never have begun.
      if let left = transactions.end { try? await session.run(unsafeText: left) }
      transactions.forget()
      var isConnected = (try? await session.run(unsafeText: "SET lock_timeout = '20ms'")) != nil
      while isConnected, !isFinishing.load(ordering: .relaxed) {
        do {
          try await session.run(unsafeText: transactions.next())
        } catch {
          isConnected = (try? await session.run(unsafeText: "ROLLBACK")) != nil
          if isConnected { transactions.forget() }
        }
      }
      session.close()
    }
  }
}
