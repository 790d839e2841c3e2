import Glibc

/// Benchmarks of the built service.
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
    guard arguments.first == "bench" else {
      throw LabError("usage: waybill-lab bench [--seconds N] [--rounds N] [--report-orders N]")
    }
    try Bench(BenchOptions(Array(arguments.dropFirst()))).run()
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
