import Glibc
import PrivateCluster

/// Sends requests over keep-alive connections for some seconds (wrk).
struct Wrk {
  static let program = "/usr/bin/wrk"
  static let connections = 64

  /// What wrk reports about a run.
  struct Result {
    let requests: Double
    let seconds: Double
    /// Requests that were answered otherwise than 2xx or 3xx.
    let refused: Double
    /// Requests that were not answered at all.
    let unanswered: Double
    /// Milliseconds.
    let median: Double
    let p99: Double
    let worst: Double
  }

  /// Runs it and requires that every request succeeded.
  static func run(url: String, script: String? = nil, seconds: Int) throws -> (Double, Double) {
    let result = try measure(url: url, script: script, seconds: seconds)
    guard result.refused == 0, result.unanswered == 0 else {
      throw LabError(
        "not every request to \(url) was answered well: \(Int(result.refused)) were refused, "
          + "\(Int(result.unanswered)) not answered")
    }
    return (result.requests, result.seconds)
  }

  static func measure(
    url: String, script: String? = nil, seconds: Int, connections: Int = connections
  ) throws -> Result {
    let command = command(url, script, seconds, connections)
    guard let output = ChildProcess.output(of: command, seconds: seconds + 60) else {
      throw LabError("wrk failed on \(url)")
    }
    return try Result(reading: output)
  }

  /// A run while others go on at the same time.
  struct Run {
    private let process: ChildProcess
    private let output: String
    private let seconds: Int

    init(url: String, script: String, seconds: Int, connections: Int, output: String) throws {
      let file = open(output, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
      defer { close(file) }
      process = try ChildProcess(command(url, script, seconds, connections), output: file)
      self.output = output
      self.seconds = seconds
    }

    /// Waits for its end.
    func result() throws -> Result {
      guard process.exitStatus(within: seconds + 60) == 0 else { throw LabError("wrk failed") }
      return try Result(reading: try readText(output))
    }
  }

  /// Starts a load whose result nobody looks at.
  static func start(
    url: String, script: String, seconds: Int, connections: Int
  ) throws -> ChildProcess {
    try ChildProcess(
      command(url, script, seconds, connections), output: open("/dev/null", O_WRONLY | O_CLOEXEC))
  }

  private static func command(
    _ url: String, _ script: String?, _ seconds: Int, _ connections: Int
  ) -> [String] {
    [program, "-t1", "-c\(connections)", "-d\(seconds)s", "--latency", "--timeout", "30s"]
      + (script.map { ["-s", $0] } ?? []) + [url]
  }
}

extension Wrk.Result {
  fileprivate init(reading output: String) throws {
    guard let result = Self(output) else {
      throw LabError("wrk said something else than expected:\n\(output)")
    }
    self = result
  }

  /// Reads what wrk has printed: "123456 requests in 5.01s, 20.5MB read", "99% 3.21ms" and so on.
  init?(_ output: String) {
    let lines = output.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    func words(_ first: String) -> [Substring]? { lines.first { $0.first == first[...] } }
    guard let total = lines.first(where: { $0.count > 3 && $0[1] == "requests" }),
      let requests = Double(total[0]), let seconds = Self.milliseconds(total[3].dropLast()),
      let latency = words("Latency"), latency.count > 3,
      let worst = Self.milliseconds(latency[3]),
      let median = words("50%").flatMap({ Self.milliseconds($0[1]) }),
      let p99 = words("99%").flatMap({ Self.milliseconds($0[1]) })
    else { return nil }
    let errors = words("Socket") ?? []
    self.init(
      requests: requests, seconds: seconds / 1_000,
      refused: words("Non-2xx")?.last.flatMap { Double($0) } ?? 0,
      unanswered: errors.compactMap { Double($0.filter(\.isNumber)) }.reduce(0, +),
      median: median, p99: p99, worst: worst)
  }

  /// "215.00us", "3.21ms", "1.20s", "1.00m".
  private static func milliseconds(_ text: Substring) -> Double? {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let units = ["us": 0.001, "ms": 1, "s": 1_000, "m": 60_000]
    guard let value = Double(number), let unit = units[String(text.dropFirst(number.count))]
    else { return nil }
    return value * unit
  }
}
