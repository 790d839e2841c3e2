import Glibc
import Postgres
import PrivateCluster

/// Measures what replicas take off the primary, with none, one and two of them: lists alone, lists
/// between orders that are placed, and those of one client who wants to see each order at once.
struct ReplicaBench {
  private static let orders = 200_000
  /// Each stays with one replica, so several are needed to make use of two.
  private static let tokens = 16

  /// What is asked, by the script of wrk.
  private enum Mix: String, CaseIterable {
    case lists = "lists of 20"
    case ordersBetween = "9 lists of 20 and an order"

    var request: String {
      let list = "wrk.format('GET', '/orders?limit=20', fields)"
      switch self {
      case .lists: return "return \(list)"
      case .ordersBetween:
        return """
          if at % 10 == 0 then
              local body = '{"customer_id":"customer-' .. at % 10000 + 1 .. '","items":['
                .. '{"product_id":"product-' .. math.random(1, 10000) .. '","quantity":1}]}'
              return wrk.format('POST', '/orders', fields, body)
            end
            return \(list)
          """
      }
    }
  }

  let bench: WorkBench

  func run() throws {
    try bench.fill(to: Self.orders)
    let tokens = try (0..<Self.tokens).map { _ in try Service.makeToken(bench.conninfo) }
    var standbys: [Standby] = []
    defer { for standby in standbys { standby.stop() } }
    for count in 0...2 {
      if count > 0 { standbys.append(try Standby(number: count, bench)) }
      var variables = ["WAYBILL_AUTH": "tokens", "WAYBILL_METRICS": "open"]
      if count > 0 {
        variables["WAYBILL_REPLICA_URL"] = Standby.conninfo(of: standbys, bench)
      }
      let service = try bench.service(variables)
      for mix in Mix.allCases { try measure(mix, service, standbys, tokens) }
      try BusyReader(service: service, token: tokens[0])
        .run(seconds: bench.options.seconds * bench.options.rounds, replicas: count)
      _ = try service.stop()
    }
  }

  private func measure(
    _ mix: Mix, _ service: Service, _ standbys: [Standby], _ tokens: [String]
  ) throws {
    let script = bench.folder + "/replicas.lua"
    try writeText(Self.script(mix, tokens), to: script)
    let url = "http://127.0.0.1:\(service.port)"
    _ = try Wrk.run(url: url, script: script, seconds: 2)
    let subject = Subject(servers: [service.pid], database: bench.cluster.processID)
    var load = Load()
    var latencies: [Double] = []
    let before = standbys.map { ProcessFigures.cpuOfTree($0.pid) }
    for _ in 0..<bench.options.rounds {
      load =
        load
        + (try subject.measure {
          let result = try Wrk.measure(url: url, script: script, seconds: bench.options.seconds)
          guard result.refused == 0, result.unanswered == 0 else {
            throw LabError("\(Int(result.refused)) requests were refused")
          }
          latencies.append(result.p99)
          return (result.requests, result.seconds)
        })
    }
    let replicas = zip(standbys, before).map { standby, before in
      (ProcessFigures.cpuOfTree(standby.pid) - before) * 1e6 / load.requests
    }
    print(
      "\(mix.rawValue), \(standbys.count) replicas: \(Int(load.perSecond)) requests/s, "
        + "p99 \((latencies.max() ?? 0).oneDecimal) ms; CPU µs a request: service "
        + "\(load.serverMicroseconds.oneDecimal), primary \(load.databaseMicroseconds.oneDecimal)"
        + replicas.map { ", replica \($0.oneDecimal)" }.joined())
  }

  private static func script(_ mix: Mix, _ tokens: [String]) -> String {
    """
    local tokens = {\(tokens.map { "'\($0)'" }.joined(separator: ", "))}
    local at = 0
    init = function() math.randomseed(42) end
    request = function()
      at = at + 1
      local fields = {["Content-Type"] = "application/json",
                      ["Authorization"] = "Bearer " .. tokens[at % #tokens + 1]}
      \(mix.request)
    end
    """
  }
}

/// A standby of the cluster of a benchmark.
private struct Standby {
  private let process: ChildProcess
  private let port: Int
  var pid: pid_t { process.pid ?? 0 }

  init(number: Int, _ bench: WorkBench) throws {
    let home = bench.folder + "/standby-\(number)"
    let cluster = bench.folder + "/postgres"
    port = 5_432 + number
    let user = try ServerUser.choose(home: cluster)
    try Self.allowReplication(cluster, bench)
    try ClusterFiles.makePrivateFolder(home, of: user)
    let copied = ChildProcess.output(
      of: try user.run([
        try ServerBinaries.path(of: "pg_basebackup"), "-D", home + "/data", "-R",
        "--checkpoint=fast", "--no-sync", "-d", bench.replicationConninfo,
      ]), seconds: 600)
    guard copied != nil else { throw LabError("the cluster could not be copied") }
    let settings = [
      "port=\(port)", "listen_addresses=", "unix_socket_directories=\(cluster)/socket",
      "max_connections=100", "shared_buffers=128MB", "jit=off",
    ]
    process = try ChildProcess(
      try user.run(
        [try ServerBinaries.path(of: "postgres"), "-D", home + "/data"]
          + settings.flatMap { ["-c", $0] }), output: bench.log)
    do {
      try waitUntilReady(Self.conninfo(of: [self], bench))
    } catch {
      stop()
      throw error
    }
  }

  private func waitUntilReady(_ conninfo: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while (try? Psql(conninfo: conninfo).run(["-c", "SELECT 1"], seconds: 10)) == nil {
      guard process.pid != nil, ContinuousClock.now < deadline else {
        throw LabError("a standby does not start")
      }
      usleep(20_000)
    }
  }

  /// The rules of a private cluster let nobody copy it.
  private static func allowReplication(_ cluster: String, _ bench: WorkBench) throws {
    let path = cluster + "/data/pg_hba.conf"
    let rules = try readText(path)
    guard !rules.contains("replication") else { return }
    try writeText(rules + "local replication all trust\n", to: path)
    try bench.changeAsSuperuser("SELECT pg_reload_conf()")
  }

  static func conninfo(of standbys: [Standby], _ bench: WorkBench) -> String {
    let socket = bench.folder + "/postgres/socket"
    let hosts = standbys.map { _ in socket }.joined(separator: ",")
    let ports = standbys.map { "\($0.port)" }.joined(separator: ",")
    return "host=\(hosts) port=\(ports) dbname=\(bench.database) "
      + "user=\(ClusterRole.service.rawValue)"
  }

  func stop() {
    process.signal(SIGINT)
    _ = process.exitStatus(within: 30)
  }
}
