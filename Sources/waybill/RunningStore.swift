import Glibc
import Postgres
import PrivateCluster
import Synchronization

/// The database the settings name: somebody else's, or a private cluster that runs until stopped.
struct RunningStore: Sendable {
  /// What everything connects to but the requests, as the service's role.
  let target: ConnectionString
  /// What the requests connect to; there may be a pooler in between.
  let requestTarget: ConnectionString
  /// The database as the role that owns the schema. For somebody else's database the settings name
  /// one role, and both are that one.
  let owner: ConnectionString
  private let cluster: KeptCluster?

  /// A private cluster that runs already is only used, and left running, when `besideService`.
  init(_ configuration: Configuration, besideService: Bool = false) throws {
    switch configuration.store {
    case .external(let conninfo):
      requestTarget = try Self.target(external: conninfo)
      target =
        try configuration.directConninfo.map { conninfo throws(ConfigurationError) in
          try Self.target(external: conninfo, of: .directDatabaseURL)
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
      Interruption.ofProcess.waits()
      let cluster = try KeptCluster(
        home: home, options: ClusterOptions(connectionsMax: configuration.serverConnectionsMax))
      target = try ConnectionString(cluster.connectionStrings.service)
      owner = try ConnectionString(cluster.connectionStrings.owner)
      requestTarget = target
      self.cluster = cluster
    }
  }

  /// Refuses what can be no database of somebody else's; asks no server.
  static func refuseUnusableTargets(_ configuration: Configuration) throws {
    if case .external = configuration.store { _ = try RunningStore(configuration) }
  }

  /// A database of somebody else's, as this process is to reach it.
  static func target(
    external conninfo: String, of setting: Setting = .databaseURL
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
  func keep(log: Log) { cluster?.keep(log: log) }

  func stop() { cluster?.stop() }
}

/// A private cluster that is started again when it dies under the service: nobody else would.
private final class KeptCluster: Sendable {
  /// How often somebody looks whether it still runs, in milliseconds; requests find out sooner.
  private static let lookPause: Int32 = 250

  private enum State: Sendable {
    case running(LocalCluster)
    case stopped
  }

  private let home: String
  private let options: ClusterOptions
  private let state: Mutex<State>
  let connectionStrings: (service: String, owner: String)

  init(home: String, options: ClusterOptions) throws(ClusterError) {
    let cluster = try LocalCluster.start(home: home, options: options)
    self.home = home
    self.options = options
    connectionStrings = (
      cluster.connectionString(as: .service), cluster.connectionString(as: .owner)
    )
    state = Mutex(.running(cluster))
  }

  func keep(log: Log) {
    let look = Look(cluster: self, log: log)
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        let look = Unmanaged<Look>.fromOpaque(argument!).takeRetainedValue()
        while look.cluster.revive(log: look.log) { poll(nil, 0, KeptCluster.lookPause) }
        return nil
      }, Unmanaged.passRetained(look).toOpaque())
    precondition(result == 0, "no thread left to look after the database")
    pthread_detach(thread)
  }

  func stop() {
    state.withLock { state in
      if case .running(let cluster) = state { cluster.stop() }
      state = .stopped
    }
  }

  /// Starts a dead cluster again; false when it has been stopped.
  private func revive(log: Log) -> Bool {
    state.withLock { state in
      guard case .running(let cluster) = state else { return false }
      guard cluster.processID == nil else { return true }
      log.write(.error, "the private PostgreSQL has died; starting it again")
      do {
        // Lets go of the folder; there is nothing left to be stopped.
        cluster.stop()
        state = .running(try LocalCluster.start(home: home, options: options))
      } catch {
        log.write(.error, "the private PostgreSQL does not start", ["reason": "\(error)"])
      }
      return true
    }
  }

  private final class Look: Sendable {
    let cluster: KeptCluster
    let log: Log
    init(cluster: KeptCluster, log: Log) {
      self.cluster = cluster
      self.log = log
    }
  }
}
