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
    // What PostgreSQL does some time after so many rows were added is not of the requests.
    for statement in ["VACUUM (ANALYZE)", "CHECKPOINT"] { try bench.changeAsSuperuser(statement) }
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
    _ = try run(2)
    guard let postmaster = bench.cluster.processID else { throw LabError("no PostgreSQL") }
    let subject = Subject(servers: [service.pid], database: postmaster)
    let file = bench.folder + "/perf"
    let ours = try Perf([service.pid], .copiedStack, file: file + "-service")
    let theirs = try Perf(
      [postmaster] + ProcessFigures.children(of: postmaster), .framePointers,
      file: file + "-postgres")
    let load = try subject.measure {
      let result = try run(seconds)
      return (result.requests, result.seconds)
    }
    let (service, postgres) = (try ours.stop(), try theirs.stop())
    report(load, service, postgres)
    let names = try FunctionName.swiftNames(
      of: Set(service.flatMap { $0.frames.compactMap(\.symbol) }), folder: bench.folder)
    let parts = [
      ("the service", service, Folding.service(names)), ("PostgreSQL", postgres, .postgres),
    ].map { FlamePicture.Part(name: $0, tree: $2.tree(of: $1), groups: $2.groups) }
    return FlamePicture(title: work.rawValue, requests: load.requests, parts: parts)
  }

  /// How the time of the samples compares with what the kernel has counted: less means that perf
  /// has lost some.
  private func report(_ load: Load, _ service: [StackSample], _ postgres: [StackSample]) {
    func compared(_ samples: [StackSample], _ seconds: Double) -> String {
      let share = Double(samples.reduce(0) { $0 + $1.nanoseconds }) / 1e9 / max(seconds, 0.01)
      return "\(samples.count) samples, \(share.twoDecimals) × the CPU time of /proc"
    }
    print("\(Int(load.perSecond)) requests/s while recorded")
    print("the service: \(compared(service, load.serverCPU))")
    print("PostgreSQL: \(compared(postgres, load.databaseCPU))\n")
  }
}

extension Folding {
  /// Below the loops there is only the start of the program.
  static func service(_ swiftNames: [String: String]) -> Folding {
    Folding(bases: ["EventLoop.run"], groups: WorkGroup.service, swiftNames: swiftNames)
  }

  /// Autovacuum is started by a signal.
  static let postgres = Folding(
    bases: ["PostmasterMain", "restore_rt"], groups: WorkGroup.postgres)
}
