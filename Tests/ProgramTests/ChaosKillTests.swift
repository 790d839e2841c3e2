import Glibc
import TestSupport
import Testing

/// `./dev chaos-kill` runs this with more kills, and with the seed it is given.
@Suite("Killed in the middle of load, the program")
struct ChaosKillTests {
  private static let kills = chaosNumber("CHAOS_KILLS") ?? 3
  private static let seed = UInt64(chaosNumber("CHAOS_SEED") ?? Int.random(in: 1...1_000_000))
  private static let clients = 16

  @Test("has placed each order once when every unanswered request was sent again with its key")
  func kill9() async throws {
    print("chaos-kill: \(Self.kills) kills, \(Self.clients) clients, seed \(Self.seed)")
    let conninfo = try await MigratedDatabase.make()
    try await KeyedLoad.fill(conninfo)
    let load = KeyedLoad(seed: Self.seed, clients: Self.clients)
    defer { load.abandon() }
    var random = SeededRandom(seed: Self.seed)
    var starts: [Duration] = []
    let clock = ContinuousClock()

    for round in 0...Self.kills {
      let begun = clock.now
      let program = try RunningProgram(["DATABASE_URL": conninfo, "LOG_LEVEL": "notice"])
      load.port = try await program.port()
      let before = load.answered
      try await eventually("requests are answered; log: \(program.log)") { load.answered > before }
      starts.append(clock.now - begun)
      if round < Self.kills {
        let more = Int.random(in: 0..<200, using: &random)
        try await eventually("the load goes on") { load.answered >= before + more }
        load.port = nil
        program.signal(SIGKILL)
        try await eventually("it is dead") { !program.isRunning }
      } else {
        try await blocking { load.finish() }
        #expect(!program.log.contains("error"), "\(program.log)")
      }
    }

    let histories = load.histories
    print(Self.figures(histories, starts.sorted()))
    try await load.check(conninfo)
  }

  private static func figures(
    _ histories: [KeyedLoad.History], _ starts: [Duration]
  ) -> String {
    let lost = histories.reduce(0) { $0 + $1.unanswered }
    let done = histories.count { $0.unanswered > 0 && $0.wasReplayed }
    return """
      chaos-kill: \(histories.count) keys: \(histories.count { $0.status == 201 }) orders, \
      \(histories.count { $0.status == 409 }) refused; \(lost) requests had no answer, \
      \(done) of them had been done before the kill and were replayed; \
      \(histories.reduce(0) { $0 + $1.putOff }) were put off; \
      start to first answer: median \(starts[starts.count / 2]), longest \(starts[starts.count - 1])
      """
  }
}
