import Postgres
import Telemetry

/// What SIGHUP does: it reads the secrets in files again, for connections opened from now on. There
/// is no log file to be opened again, because the log goes to standard output.
struct Reload: Sendable {
  private let environment: Environment
  private let database: RunningDatabase
  private let log: Log

  init(_ environment: Environment, _ database: RunningDatabase, _ log: Log) {
    self.environment = environment
    self.database = database
    self.log = log
  }

  func run() {
    do {
      let configuration = try Configuration(environment)
      if case .external(let conninfo) = configuration.database {
        try follow(conninfo, of: Settings.databaseURL, with: database.requestTarget)
      }
      if let direct = configuration.directConninfo {
        try follow(direct, of: Settings.directDatabaseURL, with: database.target)
      }
      if let replicas = configuration.replicas, let target = database.replicaTarget {
        try follow(replicas.conninfo, of: Settings.replicaURL, with: target)
      }
      log.write(
        .notice, "read the secrets again; the log goes to standard output, so no file was reopened")
    } catch {
      log.write(
        .error, "the secrets cannot be read again; what was known is kept",
        ["reason": "\(error)"])
    }
  }

  private func follow(
    _ conninfo: String, of setting: any AnySetting, with target: ConnectionString
  ) throws {
    guard target.follow(try RunningDatabase.target(external: conninfo, of: setting)) else {
      throw ConfigurationError("\(setting.name) names other servers: that takes a new start")
    }
  }
}
