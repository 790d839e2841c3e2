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
  /// CPU seconds of the program that sends the requests.
  var loaderCPU = 0.0
  /// Seconds of all cores in which nothing ran.
  var idle = 0.0

  var perSecond: Double { seconds > 0 ? requests / seconds : 0 }
  var serverMicroseconds: Double { requests > 0 ? serverCPU * 1e6 / requests : 0 }
  var databaseMicroseconds: Double { requests > 0 ? databaseCPU * 1e6 / requests : 0 }
  var microseconds: Double { serverMicroseconds + databaseMicroseconds }

  static func + (left: Load, right: Load) -> Load {
    Load(
      requests: left.requests + right.requests, seconds: left.seconds + right.seconds,
      serverCPU: left.serverCPU + right.serverCPU,
      databaseCPU: left.databaseCPU + right.databaseCPU,
      loaderCPU: left.loaderCPU + right.loaderCPU, idle: left.idle + right.idle)
  }
}

/// The processes whose CPU time is measured during a load.
struct Subject {
  var servers: [pid_t] = []
  var database: pid_t?

  /// Runs `work`, which returns how many requests it made in how many seconds.
  func measure(_ work: () throws -> (requests: Double, seconds: Double)) rethrows -> Load {
    let before = figures
    let (requests, seconds) = try work()
    let after = figures
    return Load(
      requests: requests, seconds: seconds, serverCPU: after.server - before.server,
      databaseCPU: after.database - before.database, loaderCPU: after.loader - before.loader,
      idle: after.idle - before.idle)
  }

  private var figures: (server: Double, database: Double, loader: Double, idle: Double) {
    (
      servers.map(ProcessFigures.cpuOfTree).reduce(0, +),
      database.map(ProcessFigures.cpuOfTree) ?? 0, ProcessFigures.cpuOfEndedChildren,
      ProcessFigures.idle
    )
  }
}

/// Runs one prepared statement in 16 sessions (pgbench): the upper limit for a service with one
/// statement for each request.
struct Pgbench {
  static let clients = 16

  static func run(
    script: String, conninfo: String, seconds: Int, variables: [String] = [],
    clients: Int = Self.clients
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
