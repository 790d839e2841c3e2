import PrivateCluster
import TestSupport
import Testing

// Each takes all of a core that it is given.
@Suite("Reads from replicas under load", .serialized)
struct ReplicaHistoryTests {
  private static let seed = UInt64(chaosNumber("CHAOS_SEED") ?? Int.random(in: 1...1_000_000))
  /// How many more reads of any copy each stage sees.
  private static let stage = chaosNumber("REPLICA_READS") ?? 200

  @Test("show each token its own writes and never step back, whatever the replicas' lags are")
  func lags() async throws {
    let servers = try await ReplicatedDatabase(standbys: 2)
    let (program, load, port) = try await begin(servers)
    defer { load.abandon() }
    for (first, second) in [(0, 0), (20, 0), (0, 200), (150, 150), (700, 30), (0, 0)] {
      try await ReplicatedDatabase.delay(servers.standbys[0], milliseconds: first)
      try await ReplicatedDatabase.delay(servers.standbys[1], milliseconds: second)
      try await more(load, program)
    }
    try await finish(load, servers.standbys, port)
    #expect(load.tally.putOff == 0)
    #expect(load.tally.withoutPosition == 0)
    for standby in servers.standbys {
      #expect(await figure("replica_reads_total", of: standby, port: port) > 0)
    }
  }

  @Test("are answered while replicas die, come back behind where they were, and all are away")
  func replicasDie() async throws {
    let servers = try await ReplicatedDatabase(standbys: 2)
    let (program, load, port) = try await begin(servers)
    defer { load.abandon() }
    for round in 0..<4 {
      let victims = round < 3 ? [servers.standbys[round % 2]] : servers.standbys
      try await more(load, program)
      for victim in victims { try await blocking { victim.kill() } }
      try await more(load, program)
      for victim in victims { try await blocking { try ReplicatedDatabase.start(victim) } }
      for victim in victims { try await waitForUse(of: victim, by: program) }
    }
    try await more(load, program)
    try await finish(load, servers.standbys, port)
    #expect(load.tally.listsPutOff == 0)
    #expect(load.tally.withoutPosition == 0)
  }

  @Test("are answered again, and never step back, when the primary dies and comes back")
  func primaryComesBack() async throws {
    let servers = try await ReplicatedDatabase(standbys: 1)
    let (program, load, port) = try await begin(servers)
    defer { load.abandon() }
    for _ in 0..<3 {
      try await more(load, program)
      try await blocking { servers.primary.kill() }
      let putOff = load.tally.putOff
      try await eventually("writes are put off") { load.tally.putOff > putOff + 20 }
      try await blocking { try ReplicatedDatabase.start(servers.primary) }
      let writes = load.tally.writes
      try await eventually("writes are done again; log: \(program.log)") {
        load.tally.writes > writes
      }
      try await waitForUse(of: servers.standbys[0], by: program)
    }
    try await more(load, program)
    try await finish(load, servers.standbys, port)
  }

  @Test(
    "go on while the primary is away, for callers who only list", arguments: ["open", "tokens"])
  func primaryAway(auth: String) async throws {
    let servers = try await ReplicatedDatabase(standbys: 1)
    let standby = servers.standbys[0]
    try await HistoryLoad.fill(ReplicatedDatabase.ownersConninfo(servers.primary))
    let program = try RunningProgram([
      "LOG_LEVEL": "notice", "WAYBILL_METRICS": "open", "WAYBILL_AUTH": auth,
      "DATABASE_URL": ReplicatedDatabase.conninfo([servers.primary, standby])
        + " target_session_attrs=read-write",
      "WAYBILL_REPLICA_URL": ReplicatedDatabase.conninfo([standby]),
    ])
    let port = try await program.port()
    try await waitForUse(of: standby, by: program)
    let tokens =
      auth == "open"
      ? ["none"] : try await Self.tokens(ReplicatedDatabase.conninfo([servers.primary]), count: 1)
    let load = HistoryLoad(port: port, tokens: tokens, clientsEach: 0, seed: Self.seed)
    defer { load.abandon() }
    try await eventually("lists are read") { load.tally.onlyLists > 100 }

    try await blocking { servers.primary.kill() }
    #expect(
      try await status(of: "/products/p0", tokens[0], port) == 503, "only the primary answers it")
    let before = load.tally
    let reads = await figure("replica_reads_total", of: standby, port: port)
    // Each takes more than 5 ms, so together they take longer than the largest lag.
    let wanted = 600
    try await eventually("lists are read; log: \(program.log)") {
      load.tally.onlyLists >= before.onlyLists + wanted || load.tally.putOff > before.putOff
    }
    #expect(load.tally.putOff == before.putOff)
    let later = await figure("replica_reads_total", of: standby, port: port)
    #expect(later >= reads + Double(wanted - 1))
    if auth == "tokens" {
      let unknown = "wb_" + String(repeating: "a", count: 64)
      #expect(
        try await status(of: "/products", unknown, port) == 503, "it may have just been made")
    }

    _ = try await blocking { try standby.sql("SELECT pg_promote(false)") }
    try await eventually("lists are read of the new primary; log: \(program.log)") {
      await figure("replica_reads_by_primary_total{reason=\"no_replica\"}", port: port) > 100
    }
    try await finish(load, [standby], port)
  }

  @Test("go on while a primary is away that had taken over from another one shortly before")
  func newPrimaryAway() async throws {
    let servers = try await ReplicatedDatabase(standbys: 2)
    let (old, primary, standby) = (servers.primary, servers.standbys[0], servers.standbys[1])
    try await HistoryLoad.fill(ReplicatedDatabase.ownersConninfo(old))
    _ = try await blocking {
      try old.sql("GRANT pg_read_all_stats TO \(ClusterRole.service.rawValue)")
    }
    let token = try await Self.tokens(ReplicatedDatabase.conninfo([old]), count: 1)
    let program = try RunningProgram([
      "LOG_LEVEL": "notice", "WAYBILL_METRICS": "open", "WAYBILL_AUTH": "tokens",
      "DATABASE_URL": ReplicatedDatabase.conninfo([old, primary])
        + " target_session_attrs=read-write",
      "WAYBILL_REPLICA_URL": ReplicatedDatabase.conninfo([primary, standby]),
    ])
    let port = try await program.port()
    for replica in servers.standbys { try await waitForUse(of: replica, by: program) }
    try await blocking {
      // In good order, so that both have everything.
      old.stop()
      try primary.sql("SELECT pg_promote()")
      try standby.follow(primary)
    }
    // The standby has no restart point on the new timeline, and will have none.
    try await waitForUse(of: standby, by: program)
    let load = HistoryLoad(port: port, tokens: token, clientsEach: 0, seed: Self.seed)
    defer { load.abandon() }
    try await eventually("lists are read of the standby; log: \(program.log)") {
      await figure("replica_reads_total", of: standby, port: port) > 100
    }

    try await blocking { primary.kill() }
    let before = load.tally
    // Each takes more than 5 ms, so together they take longer than the largest lag.
    try await eventually("lists are read; log: \(program.log)") {
      load.tally.onlyLists >= before.onlyLists + 600 || load.tally.putOff > before.putOff
    }
    #expect(load.tally.putOff == before.putOff)
    try await finish(load, [standby], port)
  }

  @Test("follow when the replica takes over, and the old primary comes back as its replica")
  func takeOver() async throws {
    var primary = try await blocking { try ReplicatedDatabase.primary() }
    try await MigratedDatabase.prepare(ReplicatedDatabase.ownersConninfo(primary))
    var standby = try await blocking { [primary] in
      try ReplicatedDatabase.synchronousStandby(of: primary)
    }
    let servers = [primary, standby]
    try await HistoryLoad.fill(ReplicatedDatabase.ownersConninfo(primary))
    let conninfo = ReplicatedDatabase.conninfo(servers)
    let program = try RunningProgram([
      "LOG_LEVEL": "notice", "DATABASE_URL": conninfo + " target_session_attrs=read-write",
      "WAYBILL_REPLICA_URL": conninfo, "WAYBILL_METRICS": "open", "WAYBILL_AUTH": "tokens",
    ])
    let port = try await program.port()
    let load = HistoryLoad(
      port: port, tokens: try await Self.tokens(conninfo), clientsEach: 2, seed: Self.seed)
    defer { load.abandon() }
    for _ in 0..<2 {
      try await waitForUse(of: standby, by: program)
      let reads = await figure("replica_reads_total", of: standby, port: port)
      try await more(load, program)
      try await eventually("the standby answers; log: \(program.log)") { [standby] in
        await figure("replica_reads_total", of: standby, port: port) > reads
      }
      try await blocking { [primary] in primary.kill() }
      _ = try await blocking { [standby] in try standby.sql("SELECT pg_promote(false)") }
      let writes = load.tally.writes
      try await eventually("it takes writes; log: \(program.log)") { load.tally.writes > writes }
      let oldPort = primary.port
      primary = standby
      standby = try await blocking { [primary] in
        try ReplicatedDatabase.synchronousStandby(of: primary, port: oldPort)
      }
    }
    try await waitForUse(of: standby, by: program)
    try await more(load, program)
    try await finish(load, [primary, standby], port)
  }

  private func status(of path: String, _ token: String, _ port: UInt16) async throws -> Int? {
    try await blocking {
      PlainClient(port: port)?.exchange(
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n\r\n"
      )?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
  }

  private func begin(
    _ servers: ReplicatedDatabase
  ) async throws -> (RunningProgram, HistoryLoad, port: UInt16) {
    try await HistoryLoad.fill(ReplicatedDatabase.ownersConninfo(servers.primary))
    let tokens = try await Self.tokens(ReplicatedDatabase.conninfo([servers.primary]))
    let program = try servers.program(["WAYBILL_AUTH": "tokens", "WAYBILL_LOOPS": "2"])
    let port = try await program.port()
    for standby in servers.standbys { try await waitForUse(of: standby, by: program) }
    let load = HistoryLoad(port: port, tokens: tokens, clientsEach: 2, seed: Self.seed)
    return (program, load, port)
  }

  /// Ends the load, and looks at what it has seen.
  private func finish(
    _ load: HistoryLoad, _ replicas: [TestServer], _ port: UInt16
  ) async throws {
    try await blocking { load.finish() }
    print(Self.figures(load.tally, await Self.sums(replicas, port)))
    #expect(load.tally.violations.isEmpty)
    #expect(load.tally.failures.isEmpty)
  }

  /// Waits until a replica is read from.
  private func waitForUse(of replica: TestServer, by program: RunningProgram) async throws {
    let port = try await program.port()
    try await eventually("the replica is read from; log: \(program.log)") {
      await figure("replica_in_use", of: replica, port: port) == 1
    }
  }

  /// Waits until the load has seen some more.
  private func more(_ load: HistoryLoad, _ program: RunningProgram) async throws {
    let wanted = load.tally.lists + Self.stage
    try await eventually("more lists are read; log: \(program.log)") { load.tally.lists >= wanted }
  }

  private static func tokens(_ conninfo: String, count: Int = 4) async throws -> [String] {
    var tokens: [String] = []
    for _ in 0..<count {
      let program = try RunningProgram(
        ["DATABASE_URL": conninfo], arguments: ["token", "create", "--role", "admin"])
      #expect(await program.exitCode() == 0, "\(program.log)")
      tokens.append(String(try #require(program.log.firstMatch(of: #/wb_\w+/#)).0))
    }
    return tokens
  }

  private static func sums(_ replicas: [TestServer], _ port: UInt16) async -> String {
    var sums: [String] = []
    for replica in replicas {
      let reads = await figure("replica_reads_total", of: replica, port: port)
      sums.append("\(Int(reads)) statements on a replica")
    }
    for reason in ["no_replica", "behind", "unknown_position", "failed", "refusal"] {
      let name = "replica_reads_by_primary_total{reason=\"\(reason)\"}"
      sums.append("\(Int(await figure(name, port: port))) \(reason)")
    }
    return sums.joined(separator: ", ")
  }

  private static func figures(_ tally: HistoryLoad.Tally, _ sums: String) -> String {
    """
    replicas: seed \(seed); \(tally.lists) lists, \(tally.onlyLists) by who does nothing else \
    (\(tally.onlyListsPutOff) put off), \(tally.handedOn) with a position, \
    \(tally.exports) exports, \(tally.reads) reads of the primary, \(tally.writes) writes \
    (\(tally.withoutPosition) without a position), \
    \(tally.putOff) put off (\(tally.listsPutOff) of any copy), \
    \(tally.violations.count) violations; \(sums)
    """
  }
}
