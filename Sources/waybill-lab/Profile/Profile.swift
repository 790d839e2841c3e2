import Glibc
import PrivateCluster

/// Draws where the CPU time of requests goes, in the service and in PostgreSQL.
struct Profile {
  private static let orders = 20_000
  private static let pictures: [(work: Work, file: String)] = [
    (.get, "profile-get"), (.list, "profile-list"), (.place, "profile-place"),
    (.placeWithKey, "profile-key"),
  ]

  private let bench: WorkBench
  private let seconds: Int

  init(bench: WorkBench, seconds: Int) {
    self.bench = bench
    self.seconds = seconds
  }

  /// Writes a picture of each kind of work into the folder, and prints the shares as tables.
  func draw(into folder: String) throws {
    for (program, package) in [(Perf.program, "linux-perf"), (Wrk.program, "wrk")]
    where access(program, X_OK) != 0 {
      throw LabError("\(program) is not installed: apt-get install \(package)")
    }
    try bench.fill(to: Self.orders)
    // What PostgreSQL does now and then, it would do in one of the recordings by chance.
    for statement in [
      "VACUUM (ANALYZE)", "CHECKPOINT", "ALTER SYSTEM SET autovacuum = off",
      "SELECT pg_reload_conf()",
    ] { try bench.changeAsSuperuser(statement) }
    let service = try bench.service()
    // A recording ends with the processes that are recorded.
    defer { _ = try? service.stop() }
    for (work, file) in Self.pictures {
      let picture = try picture(of: work, service)
      let svg = picture.svg
      try writeText(svg, to: "\(folder)/\(file).svg")
      print("\(picture.table)\n\n\(folder)/\(file).svg: \(svg.utf8.count) bytes\n")
    }
  }

  private func picture(of work: Work, _ service: Service) throws -> FlamePicture {
    func run(_ seconds: Int) throws -> Wrk.Result {
      let run = try bench.start(work, on: service, connections: work.connections, seconds: seconds)
      let result = try run.result()
      guard result.refused == 0, result.unanswered == 0 else {
        throw LabError("\(work.rawValue): not every request was answered well")
      }
      return result
    }
    guard let postmaster = bench.cluster.processID else { throw LabError("no PostgreSQL") }
    let subject = Subject(servers: [service.pid], database: postmaster)
    func load(_ seconds: Int) throws -> Load {
      try subject.measure {
        let result = try run(seconds)
        return (result.requests, result.seconds)
      }
    }
    _ = try run(1)
    let unrecorded = try load(max(seconds / 2, 1))
    let file = bench.folder + "/perf"
    let ours = try Perf([service.pid], .copiedStack, file: file + "-service")
    let theirs = try Perf(
      [postmaster] + ProcessFigures.children(of: postmaster), .framePointers,
      file: file + "-postgres")
    let recorded = try load(seconds)
    let (service, postgres) = (try ours.stop(), try theirs.stop())
    print("\(work.rawValue), not recorded: \(figures(unrecorded))")
    print("\(work.rawValue), recorded: \(figures(recorded))")
    print(
      "samples: \(compared(service, recorded.serverCPU)) for the service; "
        + "\(compared(postgres, recorded.databaseCPU)) for PostgreSQL\n")
    let names = try FunctionName.swiftNames(
      of: Set(service.flatMap { $0.frames.compactMap(\.symbol) }), folder: bench.folder)
    let parts = [
      ("the service", service, Folding.service(names)), ("PostgreSQL", postgres, .postgres),
    ].map { FlamePicture.Part(name: $0, tree: $2.tree(of: $1), groups: $2.groups) }
    return FlamePicture(title: work.rawValue, requests: recorded.requests, parts: parts)
  }

  /// What /proc says: recording costs something.
  private func figures(_ load: Load) -> String {
    "\(Int(load.perSecond)) requests/s, CPU \(load.serverMicroseconds.oneDecimal) + "
      + "\(load.databaseMicroseconds.oneDecimal) µs a request"
  }

  /// How the time of the samples compares with that of /proc: less means that perf has lost some.
  private func compared(_ samples: [StackSample], _ seconds: Double) -> String {
    let share = Double(samples.reduce(0) { $0 + $1.nanoseconds }) / 1e9 / max(seconds, 0.01)
    return "\(samples.count), \(share.twoDecimals) × the time of /proc,"
  }
}

extension Folding {
  /// Below the loops there is only the start of the program.
  static func service(_ swiftNames: [String: String]) -> Folding {
    Folding(bases: ["EventLoop.run"], groups: WorkGroup.service, swiftNames: swiftNames)
  }

  static let postgres = Folding(bases: ["PostmasterMain"], groups: WorkGroup.postgres)
}
