/// One row of the report: the same work done by the service and by its limit.
struct Row {
  let name: String
  let limitName: String
  private(set) var ours = Load()
  private(set) var limit = Load()

  /// Measures both in turns, after a short warm-up that is not counted.
  init(
    name: String, limitName: String, ours: Subject, limit: Subject, options: BenchOptions,
    runOurs: (_ seconds: Int) throws -> (Double, Double),
    runLimit: (_ seconds: Int) throws -> (Double, Double)
  ) throws {
    self.name = name
    self.limitName = limitName
    _ = try runOurs(1)
    _ = try runLimit(1)
    for _ in 0..<options.rounds {
      self.ours = self.ours + (try ours.measure { try runOurs(options.seconds) })
      self.limit = self.limit + (try limit.measure { try runLimit(options.seconds) })
    }
  }

  func printed() {
    print("\(name)  (against \(limitName))")
    line("waybill", ours)
    line(limitName, limit)
    print(
      "  ratio: requests/s \(ratio(ours.perSecond, limit.perSecond)), "
        + "CPU a request \(ratio(ours.microseconds, limit.microseconds))\n")
  }

  private func line(_ who: String, _ load: Load) {
    print(
      "  \(who.padded(to: 18)) \(Int(load.perSecond)) requests/s, "
        + "CPU \(load.microseconds.oneDecimal) "
        + "(server \(load.serverMicroseconds.oneDecimal), "
        + "PostgreSQL \(load.databaseMicroseconds.oneDecimal))")
  }

  private func ratio(_ left: Double, _ right: Double) -> String {
    right > 0 ? (left / right).twoDecimals + " ×" : "–"
  }
}

extension Double {
  var oneDecimal: String { rounded(to: 10) }
  var twoDecimals: String { rounded(to: 100) }
  private func rounded(to unit: Double) -> String { "\((self * unit).rounded() / unit)" }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
