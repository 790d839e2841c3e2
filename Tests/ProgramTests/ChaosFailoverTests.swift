import TestSupport
import Testing

/// `./dev chaos-failover` runs this for as long as it is told, and with the seed it is given.
@Suite("When the primary dies in the middle of load and its synchronous standby takes over")
struct ChaosFailoverTests {
  private static let seconds = chaosNumber("CHAOS_SECONDS") ?? 0
  private static let seed = UInt64(chaosNumber("CHAOS_SEED") ?? Int.random(in: 1...1_000_000))
  private static let clients = 16

  @Test("no acknowledged order is lost, none is doubled, no answer is 500, and the stock is right")
  func failover() async throws {
    print("chaos-failover: \(Self.clients) clients, seed \(Self.seed)")
    var primary = try await blocking { try ReplicatedDatabase.primary() }
    try await MigratedDatabase.prepare(ReplicatedDatabase.ownersConninfo(primary))
    try await KeyedLoad.fill(ReplicatedDatabase.ownersConninfo(primary))
    var standby = try await blocking { [primary] in
      try ReplicatedDatabase.synchronousStandby(of: primary)
    }
    let program = try RunningProgram([
      "LOG_LEVEL": "notice",
      "DATABASE_URL": ReplicatedDatabase.conninfo([primary, standby])
        + " target_session_attrs=read-write",
    ])
    let load = KeyedLoad(seed: Self.seed, clients: Self.clients)
    defer { load.abandon() }
    load.port = try await program.port()

    var random = SeededRandom(seed: Self.seed)
    var gaps: [Duration] = []
    let clock = ContinuousClock()
    let end = clock.now + .seconds(Self.seconds)
    repeat {
      let wanted = load.placed + Int.random(in: 100..<500, using: &random)
      try await eventually("orders are placed; log: \(program.log)") { load.placed >= wanted }
      try await blocking { [primary] in primary.kill() }
      let before = load.placed
      let promoted = clock.now
      _ = try await blocking { [standby] in try standby.sql("SELECT pg_promote(false)") }
      try await eventually("orders are placed again; log: \(program.log)") { load.placed > before }
      gaps.append(clock.now - promoted)
      if clock.now < end {
        // What was the primary comes back as the other's standby.
        let port = primary.port
        primary = standby
        standby = try await blocking { [primary] in
          try ReplicatedDatabase.synchronousStandby(of: primary, port: port)
        }
      } else {
        primary = standby
      }
    } while clock.now < end

    try await blocking { load.finish() }
    print(Self.figures(load.histories, gaps))
    #expect(program.isRunning)
    try await load.check(ReplicatedDatabase.ownersConninfo(primary))
  }

  private static func figures(_ histories: [KeyedLoad.History], _ gaps: [Duration]) -> String {
    let gaps = gaps.sorted()
    return """
      chaos-failover: \(gaps.count) times; \(histories.count) keys: \
      \(histories.count { $0.status == 201 }) orders, \
      \(histories.count { $0.status == 409 }) refused; \
      \(histories.reduce(0) { $0 + $1.unanswered }) requests had no answer, \
      \(histories.reduce(0) { $0 + $1.putOff }) were put off; \
      order to promote to first 201: \
      median \(gaps[gaps.count / 2]), longest \(gaps[gaps.count - 1])
      """
  }
}
