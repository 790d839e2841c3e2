import Glibc
import Postgres
import PrivateCluster

/// The result of a load.
struct Load {
  var requests = 0.0
  var seconds = 0.0
  /// CPU seconds of the service; those of the database are separate.
  var serverCPU = 0.0
  var databaseCPU = 0.0

  var perSecond: Double { seconds > 0 ? requests / seconds : 0 }
  var serverMicroseconds: Double { requests > 0 ? serverCPU * 1e6 / requests : 0 }
  var databaseMicroseconds: Double { requests > 0 ? databaseCPU * 1e6 / requests : 0 }
  var microseconds: Double { serverMicroseconds + databaseMicroseconds }

  static func + (left: Load, right: Load) -> Load {
    Load(
      requests: left.requests + right.requests, seconds: left.seconds + right.seconds,
      serverCPU: left.serverCPU + right.serverCPU,
      databaseCPU: left.databaseCPU + right.databaseCPU)
  }
}

/// The processes whose CPU time is measured during a load.
struct Subject {
  var server: pid_t?
  var database: pid_t?

  /// Runs `work`, which returns how many requests it made in how many seconds.
  func measure(_ work: () throws -> (requests: Double, seconds: Double)) rethrows -> Load {
    let before = cpu
    let (requests, seconds) = try work()
    let after = cpu
    return Load(
      requests: requests, seconds: seconds, serverCPU: after.server - before.server,
      databaseCPU: after.database - before.database)
  }

  private var cpu: (server: Double, database: Double) {
    (
      server.map(ProcessFigures.cpuOfTree) ?? 0, database.map(ProcessFigures.cpuOfTree) ?? 0
    )
  }
}

/// Sends requests over 64 keep-alive connections for some seconds (wrk).
struct Wrk {
  static let connections = 64

  static func run(url: String, script: String? = nil, seconds: Int) throws -> (Double, Double) {
    var command = ["/usr/bin/wrk", "-t1", "-c\(connections)", "-d\(seconds)s"]
    if let script { command += ["-s", script] }
    guard let output = ChildProcess.output(of: command + [url], seconds: seconds + 30) else {
      throw LabError("wrk failed on \(url)")
    }
    guard !output.contains("Non-2xx"), !output.contains("Socket errors") else {
      throw LabError("not every request to \(url) was answered well:\n\(output)")
    }
    // "  123456 requests in 5.01s, 20.5MB read"
    let words = output.split(whereSeparator: \.isWhitespace)
    guard let index = words.firstIndex(of: "requests"), index > 0,
      let requests = Double(words[index - 1]),
      let elapsed = Double(words[index + 2].dropLast(2))
    else { throw LabError("wrk said something else than expected:\n\(output)") }
    return (requests, elapsed)
  }
}

/// Runs one prepared statement in 16 sessions (pgbench): the upper limit for a service with one
/// statement for each request.
struct Pgbench {
  static let clients = 16

  static func run(
    script: String, conninfo: String, seconds: Int, variables: [String] = []
  ) throws -> (Double, Double) {
    var command = [
      try ServerBinaries.path(of: "pgbench"), "-n", "-M", "prepared", "-c", "\(clients)", "-j",
      "1", "-T", "\(seconds)", "-f", script,
    ]
    command += variables.flatMap { ["-D", $0] } + [conninfo]
    guard let output = ChildProcess.output(of: command, seconds: seconds + 30) else {
      throw LabError("pgbench failed")
    }
    guard let count = number(in: output, behind: "number of transactions actually processed: "),
      let rate = number(in: output, behind: "tps = ")
    else { throw LabError("pgbench said something else than expected:\n\(output)") }
    return (count, count / rate)
  }

  private static func number(in text: String, behind label: String) -> Double? {
    for line in text.split(separator: "\n") where line.hasPrefix(label) {
      return Double(line.dropFirst(label.count).prefix { $0.isNumber || $0 == "." })
    }
    return nil
  }
}
