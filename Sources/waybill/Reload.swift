import Postgres

/// What SIGHUP does: secrets are read again from their files, for connections that are opened from
/// now on. The log goes to standard output, whose reader keeps it, so there is no file to be opened
/// again.
struct Reload: Sendable {
  private let environment: Environment
  private let target: ConnectionString
  private let log: Log

  init(_ environment: Environment, _ target: ConnectionString, _ log: Log) {
    self.environment = environment
    self.target = target
    self.log = log
  }

  func run() {
    do {
      if case .external(let conninfo) = try Configuration(environment).store {
        let new = try ConnectionString(conninfo)
        try new.refuseUnknownValues()
        guard target.follow(new) else {
          throw ConfigurationError("DATABASE_URL names other servers: that takes a new start")
        }
      }
      log.write(
        .notice, "read the secrets again; the log goes to standard output, so no file was reopened")
    } catch {
      log.write(
        .error, "the secrets cannot be read again; what was known is kept",
        ["reason": (error as? PostgresError)?.debugDescription ?? "\(error)"])
    }
  }
}
