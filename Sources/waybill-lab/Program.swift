import Glibc

/// Benchmarks of the built service, and experiments with it.
@main
struct Program {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      complain("waybill-lab: \(error)\n")
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    switch arguments.first {
    case "bench": try Bench(BenchOptions(Array(arguments.dropFirst()))).run()
    case "slow-readers": try Experiment.run { try SlowReaders(service: $0).printFigures() }
    default:
      throw LabError(
        """
        usage: waybill-lab bench [--seconds N] [--rounds N] [--report-orders N]
               waybill-lab slow-readers
        """)
    }
  }

  private static func complain(_ line: String) {
    let bytes = Array(line.utf8)
    write(2, bytes, bytes.count)
  }
}

/// Why a benchmark failed.
struct LabError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
