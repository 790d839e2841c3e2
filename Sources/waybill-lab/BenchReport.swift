import JSON

/// The rows of a run, as a file that a later run can be compared with.
struct BenchReport {
  private(set) var rows: [WorkRow] = []
  /// The rows of an earlier run, by name.
  private let earlier: [String: JSONValue]

  /// Rows will be compared with those of this file.
  init(against file: String?) throws {
    guard let file else {
      earlier = [:]
      return
    }
    var named: [String: JSONValue] = [:]
    for row in try Self.rows(of: file) {
      if case .string(let name)? = row["name"] { named[name] = row }
    }
    earlier = named
  }

  /// The rows that an earlier run has written.
  static func rows(of file: String) throws -> [JSONValue] {
    guard case .array(let rows)? = try JSONValue(parsing: Array(readText(file).utf8))["rows"] else {
      throw LabError("\(file) has no rows")
    }
    return rows
  }

  /// Prints a row, and how it compares with the earlier one.
  mutating func add(_ row: WorkRow) {
    rows.append(row)
    row.printed()
    guard let before = earlier[row.name] else { return }
    let ratios = [
      ("requests/s", row.load.perSecond, "requests_per_second"), ("p99", row.p99, "p99_ms"),
      ("CPU ours", row.load.serverMicroseconds, "service_us"),
      ("CPU PostgreSQL", row.load.databaseMicroseconds, "postgresql_us"),
    ].compactMap { name, now, key -> String? in
      guard case .number(let text)? = before[key], let then = Double(text), then > 0 else {
        return nil
      }
      return "\(name) \((now / then).twoDecimals) ×"
    }
    print("  of the earlier run: " + ratios.joined(separator: ", "))
  }

  func write(to file: String) throws {
    let value: JSONValue = [
      "cores": .number("\(ProcessFigures.cores)"), "rows": .array(rows.map(Self.value)),
    ]
    try writeText(String(decoding: value.indented, as: UTF8.self) + "\n", to: file)
  }

  private static func value(_ row: WorkRow) -> JSONValue {
    let cores = row.cores
    let loader = row.load.requests > 0 ? row.load.loaderCPU * 1e6 / row.load.requests : 0
    return [
      "name": .string(row.name), "requests_per_second": number(row.load.perSecond),
      "rounds": .array(row.rounds.map { number($0.requests / $0.seconds) }),
      "p50_ms": number(row.median), "p99_ms": number(row.p99),
      "refused_percent": number(row.refusedPercent),
      "service_us": number(row.load.serverMicroseconds),
      "postgresql_us": number(row.load.databaseMicroseconds), "loader_us": number(loader),
      "service_cores": number(cores.service), "postgresql_cores": number(cores.database),
      "loader_cores": number(cores.loader), "idle_cores": number(cores.idle),
      "limited_by": .string(row.limit), "note": .string(row.note),
    ]
  }

  private static func number(_ value: Double) -> JSONValue { .number(value.twoDecimals) }
}
