import Postgres
import PrivateCluster
import Telemetry

/// The database that the settings name: an external one, or a private cluster that runs until
/// it is stopped.
struct RunningDatabase: Sendable {
  /// The database as everything but the requests connects to it, in the service's role.
  let target: ConnectionString
  /// The database as the requests connect to it; there may be a pooler in between.
  let requestTarget: ConnectionString
  /// The database as the role that owns the schema. For an external database the settings name one
  /// role, which is used for both.
  let owner: ConnectionString
  /// The standbys of an external database that are read from, if any are named.
  let replicaTarget: ConnectionString?
  private let cluster: SupervisedCluster?

  /// With `besideService`, a private cluster that runs already is used and left running.
  init(_ configuration: Configuration, besideService: Bool = false) throws {
    replicaTarget = try configuration.replicas.map { replicas throws(ConfigurationError) in
      let target = try Self.target(external: replicas.conninfo, of: Settings.replicaURL)
      let names = target.each.map(\.serverName)
      if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw ConfigurationError("\(Settings.replicaURL.name) names \(twice) twice: name it once")
      }
      return target
    }
    switch configuration.database {
    case .external(let conninfo):
      requestTarget = try Self.target(external: conninfo)
      target =
        try configuration.directConninfo.map { conninfo throws(ConfigurationError) in
          try Self.target(external: conninfo, of: Settings.directDatabaseURL)
        } ?? requestTarget
      owner = target
      cluster = nil
    case .embedded(let home):
      LibpqEnvironment.removeAll()
      if besideService,
        let service = LocalCluster.connectionString(ofRunning: home, as: .service),
        let owner = LocalCluster.connectionString(ofRunning: home, as: .owner)
      {
        target = try ConnectionString(service)
        self.owner = try ConnectionString(owner)
        requestTarget = target
        cluster = nil
        return
      }
      // A server that was just started is stopped before the process ends.
      StopSignals.ofProcess.wait()
      let cluster = try SupervisedCluster(
        home: home, options: ClusterOptions(connectionsMax: configuration.serverConnectionsMax))
      target = try ConnectionString(cluster.connectionString(as: .service))
      owner = try ConnectionString(cluster.connectionString(as: .owner))
      requestTarget = target
      self.cluster = cluster
    }
  }

  /// Refuses settings that cannot name an external database; connects to no server.
  static func refuseUnusableTargets(_ configuration: Configuration) throws {
    if case .external = configuration.database { _ = try RunningDatabase(configuration) }
  }

  /// An external database, as this process is to reach it.
  static func target(
    external conninfo: String, of setting: any AnySetting = Settings.databaseURL
  ) throws(ConfigurationError) -> ConnectionString {
    LibpqEnvironment.removeSessionSettings()
    do throws(PostgresError) {
      let target = try ConnectionString(conninfo)
      try target.refuseUnknownValues()
      return target
    } catch {
      throw ConfigurationError("\(setting.name) \(error.debugDescription)")
    }
  }

  var isEmbedded: Bool { cluster != nil }

  /// From now on a private cluster that dies is started again.
  func supervise(log: Log) {
    cluster?.supervise { event in
      switch event {
      case .died: log.write(.error, "the private PostgreSQL has died; starting it again")
      case .startFailed(let error):
        log.write(.error, "the private PostgreSQL does not start", ["reason": "\(error)"])
      }
    }
  }

  func stop() { cluster?.stop() }
}
