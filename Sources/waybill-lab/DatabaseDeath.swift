import Glibc
import Postgres
import PrivateCluster

/// How long requests are refused when PostgreSQL is killed under load and comes back.
struct DatabaseDeath {
  private static let times = 5
  let service: Service
  let home: String

  struct Figures {
    /// From the restart of the database to the first request that is answered 200.
    let recoveries: [Duration]
    let answers: Set<String>
    let leakedDescriptors: Int

    func printed() {
      print(
        "PostgreSQL killed (-9) under load, \(recoveries.count) times\n"
          + "  its return to the first 200: \(recoveries.summary) (aim: 2 s); "
          + "answers seen: \(answers.sorted().joined(separator: ", ")); "
          + "descriptors left behind: \(leakedDescriptors)\n")
    }
  }

  /// Kills and restarts the cluster; returns the figures and the restarted cluster.
  func measure(_ cluster: LocalCluster) throws -> (Figures, LocalCluster) {
    var cluster = cluster
    var recoveries: [Duration] = []
    var answers: Set<String> = []
    let descriptors = ProcessFigures.descriptors(of: service.pid)
    let load = try ChildProcess(
      ["/usr/bin/wrk", "-t1", "-c64", "-d60s", "http://127.0.0.1:\(service.port)/products/1"],
      output: open("/dev/null", O_WRONLY))
    defer {
      load.signal(SIGTERM)
      _ = load.exitStatus(within: 10)
    }
    for _ in 0..<Self.times {
      try wait(for: "200", &answers)
      kill(cluster.processID ?? 0, SIGKILL)
      try wait(for: "503", &answers)
      cluster.stop()
      cluster = try LocalCluster.start(home: home)
      recoveries.append(try wait(for: "200", &answers))
    }
    load.signal(SIGTERM)
    _ = load.exitStatus(within: 10)
    usleep(200_000)
    let left = ProcessFigures.descriptors(of: service.pid) - descriptors
    return (
      Figures(recoveries: recoveries, answers: answers, leakedDescriptors: max(0, left)), cluster
    )
  }

  @discardableResult
  private func wait(for status: String, _ answers: inout Set<String>) throws -> Duration {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(30) {
      let answer = LocalSocket(port: service.port)?.get("/products/1")
      let got = answer.map { String($0.dropFirst(9).prefix(3)) } ?? "none"
      answers.insert(got)
      if got == status { return ContinuousClock.now - start }
      usleep(1_000)
    }
    throw LabError("no \(status) within 30 seconds")
  }
}
