import Postgres

/// What SIGHUP does: secrets are read again from their files, for connections that are opened from
/// now on. The log goes to standard output, whose reader keeps it, so there is no file to be opened
/// again.
struct Reload: Sendable {
  private let environment: Environment
  private let store: RunningStore
  private let log: Log

  init(_ environment: Environment, _ store: RunningStore, _ log: Log) {
    self.environment = environment
    self.store = store
    self.log = log
  }

  func run() {
    do {
      let configuration = try Configuration(environment)
      if case .external(let conninfo) = configuration.store {
        try follow(conninfo, of: .databaseURL, with: store.requestTarget)
      }
      if let direct = configuration.directConninfo {
        try follow(direct, of: .directDatabaseURL, with: store.target)
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
    _ conninfo: String, of setting: Setting, with target: ConnectionString
  ) throws {
    guard target.follow(try RunningStore.target(external: conninfo, of: setting)) else {
      throw ConfigurationError("\(setting.name) names other servers: that takes a new start")
    }
  }
}
