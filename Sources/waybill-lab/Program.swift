import Glibc

/// Benchmarks of the built service, and experiments with it.
@main
struct Program {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      printError("waybill-lab: \(error)\n")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch arguments.first {
    case "bench": try Bench(BenchOptions(Array(arguments.dropFirst()))).run()
    case "slow-readers": try Experiment.run { try SlowReaders(service: $0).printFigures() }
    case "locked-product":
      try Experiment.work { bench in
        print(WorkRow.heading)
        let service = try bench.service()
        for work in [Work.place, .placeWithKey] {
          try bench.besideLockedProduct(work, service).forEach { $0.printed() }
        }
        _ = try service.stop()
      }
    case "import-rate": try Experiment.imports()
    case "curves":
      guard let picture = arguments.dropFirst().first, arguments.count > 2 else {
        throw LabError("usage: curves PICTURE.svg RUN.json...")
      }
      try writeText(CurvePicture(runs: Array(arguments.dropFirst(2))).svg, to: picture)
    case "paused-instance": try Experiment.work { try PausedInstance(bench: $0).printFigures() }
    case "profile":
      guard arguments.count == 3, let seconds = Int(arguments[2]), (1...60).contains(seconds) else {
        throw LabError("usage: profile FOLDER SECONDS, of which there are 1 to 60")
      }
      try Experiment.work { try Profile(bench: $0, seconds: seconds).draw(into: arguments[1]) }
    default:
      throw LabError(
        "usage: waybill-lab slow-readers, locked-product, import-rate,\n"
          + "paused-instance, curves PICTURE.svg RUN.json..., profile FOLDER SECONDS, or\n"
          + BenchOptions.usage)
    }
  }

  private static func printError(_ line: String) {
    let bytes = Array(line.utf8)
    write(2, bytes, bytes.count)
  }
}

/// Why a benchmark failed.
struct LabError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
