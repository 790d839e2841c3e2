import EventLoop
import Postgres
import Telemetry

extension Replicas {
  /// The standbys that the settings name; nil when they name none.
  convenience init?(_ target: ConnectionString?, _ settings: ReplicaSettings?) {
    guard let target, let settings else { return nil }
    self.init(target, lagMax: settings.lagMax)
  }
}

extension ReplicaMonitor {
  /// Watches the standbys, and logs which of them are read from; nil when there are none.
  convenience init?(of shared: Shared, on loop: EventLoop) {
    guard let replicas = shared.replicas else { return nil }
    let log = shared.log
    self.init(replicas, primary: shared.target, on: loop) { replica, trouble in
      if let trouble {
        log.write(
          .warning, "not reading from a replica", ["replica": replica, "reason": trouble])
      } else {
        log.write(.notice, "reading from a replica", ["replica": replica])
      }
    }
  }
}
