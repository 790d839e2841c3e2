/// One row of the report: some work, how fast it was done, and what kept it from being faster.
struct WorkRow {
  let name: String
  private(set) var load = Load()
  /// The result of each round.
  private(set) var rounds: [Wrk.Result] = []
  /// A remark that is printed with the row.
  var note = ""

  init(_ name: String) { self.name = name }

  /// Adds a round.
  mutating func add(_ subject: Subject, _ run: () throws -> [Wrk.Result]) rethrows {
    var results: [Wrk.Result] = []
    load =
      load
      + (try subject.measure {
        results = try run()
        return (
          results.reduce(0) { $0 + $1.requests - $1.refused }, results.map(\.seconds).max() ?? 0
        )
      })
    rounds += results
  }

  var median: Double { rounds.map(\.median).reduce(0, +) / Double(max(1, rounds.count)) }
  /// The worst of the rounds.
  var p99: Double { rounds.map(\.p99).max() ?? 0 }

  /// The share of requests that were refused or not answered, in percent.
  var refusedPercent: Double {
    let all = rounds.reduce(0) { $0 + $1.requests + $1.unanswered }
    return all > 0 ? rounds.reduce(0) { $0 + $1.refused + $1.unanswered } / all * 100 : 0
  }

  /// How many cores each took.
  var cores: (service: Double, database: Double, loader: Double, idle: Double) {
    let seconds = max(load.seconds, 0.001)
    return (
      load.serverCPU / seconds, load.databaseCPU / seconds, load.loaderCPU / seconds,
      load.idle / seconds
    )
  }

  /// What limits the rate.
  var limit: String {
    let cores = cores
    if cores.service > 0.9 { return "a loop of the service" }
    if cores.loader > 0.9 { return "the loader" }
    let ours = cores.service + cores.database + cores.loader
    if Double(ProcessFigures.cores) - ours - cores.idle > 0.5 { return "other work on the machine" }
    if cores.idle > 0.2 * Double(ProcessFigures.cores) { return "waiting: commits and locks" }
    return cores.database > cores.service ? "CPU, most of it PostgreSQL's" : "CPU, most of it ours"
  }

  private static let width = 52

  static let heading =
    "".padded(to: width)
    + " requests/s  p50 ms  p99 ms  refused  CPU µs: ours, PostgreSQL, loader  "
    + "cores: ours, PostgreSQL, loader, idle; limited by"

  func printed() {
    let cores = cores
    let loader = load.requests > 0 ? load.loaderCPU * 1e6 / load.requests : 0
    let parts = [
      "\(Int(load.perSecond))".aligned(to: 10), median.oneDecimal.aligned(to: 7),
      p99.oneDecimal.aligned(to: 7), "\(refusedPercent.oneDecimal) %".aligned(to: 8),
      " \(load.serverMicroseconds.oneDecimal), \(load.databaseMicroseconds.oneDecimal), "
        + loader.oneDecimal.padded(to: 12),
      "\(cores.service.twoDecimals), \(cores.database.twoDecimals), \(cores.loader.twoDecimals), "
        + "\(cores.idle.twoDecimals); \(limit)\(note.isEmpty ? "" : "; \(note)")",
    ]
    print("\(name.padded(to: Self.width)) " + parts.joined(separator: " "))
  }
}

extension String {
  func aligned(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
