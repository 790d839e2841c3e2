import EventLoop
import Glibc
import Postgres
import PrivateCluster

/// `waybill doctor`: checks all that the service needs, and says what is wrong and what to do about
/// it. It starts nothing and changes nothing.
struct Doctor {
  /// How much room the disk of a private database must have at least.
  private static let freeBytesMin: UInt64 = 1 << 30

  private let environment: Environment
  private let instances: Int

  /// With the number of instances of the service that are to use the database.
  init(_ environment: Environment, instances: Int) {
    self.environment = environment
    self.instances = instances
  }

  func run(asJSON: Bool) throws -> Int32 {
    var findings = Findings()
    examine(&findings)
    try StandardOutput.write(asJSON ? findings.json : findings.text)
    return findings.areAllGood ? 0 : 1
  }

  private func examine(_ findings: inout Findings) {
    findings.good(
      "program",
      "waybill \(BuildFacts.version) (\(BuildFacts.revision)), libpq \(LibpqVersion.text)")
    let configuration: Configuration
    var (target, requestTarget): (ConnectionString?, ConnectionString?)
    var replicaTarget: ConnectionString?
    do {
      configuration = try Configuration(environment)
      switch configuration.database {
      case .external:
        let database = try RunningDatabase(configuration)
        (target, requestTarget) = (database.target, database.requestTarget)
        replicaTarget = database.replicaTarget
      case .embedded(let home):
        LibpqEnvironment.removeAll()
        target = try LocalCluster.connectionString(ofRunning: home).map(ConnectionString.init)
        requestTarget = target
      }
      findings.good("settings")
    } catch {
      findings.problem("settings", "\(error)")
      return
    }
    if case .embedded(let home) = configuration.database {
      examinePrivateCluster(home, isRunning: target != nil, &findings)
    }
    guard let target, let requestTarget else { return }
    StopSignals.ofProcess.endProcess {}
    do {
      findings = try EventLoop().runUntilDone { [findings, instances, replicaTarget] loop in
        var examination = DatabaseExamination(
          configuration, target, instances: instances, findings)
        await examination.run(on: loop)
        if configuration.directConninfo != nil {
          await examination.examineRequests(requestTarget, on: loop)
        }
        guard let replicaTarget, let settings = configuration.replicas else {
          return examination.findings
        }
        var replicas = ReplicaExamination(
          primary: target, lagMax: settings.lagMax, examination.findings)
        await replicas.run(replicaTarget, on: loop)
        return replicas.findings
      }
    } catch {
      findings.problem("database", "\(error)")
    }
  }

  private func examinePrivateCluster(_ home: String, isRunning: Bool, _ findings: inout Findings) {
    examineDisk(home, &findings)
    do {
      findings.good("private server", try ServerBinaries.path(of: "postgres"))
    } catch {
      findings.problem("private server", "\(error)")
    }
    guard !isRunning else { return }
    findings.problem(
      "database",
      access(home + "/data", F_OK) == 0
        ? "the private database in \(home) does not run: `waybill serve` starts it, and then "
          + "there is more to see"
        : "there is no private database in \(home) yet: `waybill serve` makes one, or set "
          + "DATABASE_URL to use another")
  }

  /// The disk that the private database is on, or will be on.
  private func examineDisk(_ home: String, _ findings: inout Findings) {
    var folder = home
    while access(folder, F_OK) != 0, folder != "." {
      let parent = folder.split(separator: "/").dropLast().joined(separator: "/")
      folder = folder.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
    }
    var facts = statvfs()
    guard statvfs(folder, &facts) == 0 else {
      findings.problem(
        "disk",
        "\(folder) cannot be looked at (\(String(cString: strerror(errno)))): "
          + "correct WAYBILL_HOME, or the rights of the folder")
      return
    }
    let free = UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    let room = "\(free >> 20) MiB free for \(home)"
    findings.expect(
      free >= Self.freeBytesMin, "disk", room,
      otherwise: "only \(room): PostgreSQL stops when there is none; make room, or set WAYBILL_HOME"
    )
  }
}
