import JSON

/// The history of all orders according to a journal, across restarts of the program.
struct Ledger: Equatable {
  struct OrderHistory: Equatable {
    /// Processes that were started; a further one is allowed only after the one before was
    /// forgotten.
    var starts = 0
    /// Starts that were refused because there was a process already.
    var duplicates = 0
    /// The final status of the last process; nil while it runs.
    var verdict: ProcessStatus?
    /// Whether the service has a process of the order.
    var isKnown = false
  }

  private(set) var orders = ByOrder<OrderHistory>()
  private(set) var counts: [Record.Kind: Int] = [:]
  /// Orders with two processes at the same time, which must never happen.
  private(set) var doubleStarts: [String] = []

  init() {}

  /// Nil when a line is not valid.
  init?(journal: String) {
    for line in journal.split(separator: "\n") {
      guard let record = Record(line: line) else { return nil }
      add(record)
    }
  }

  mutating func add(_ record: Record) {
    counts[record.kind, default: 0] += 1
    switch (record.kind, record.order) {
    case (.start, let order?):
      if orders[order]?.isKnown == true { doubleStarts.append(order) }
      var history = orders[order] ?? OrderHistory()
      history.starts += 1
      history.isKnown = true
      history.verdict = nil
      orders[order] = history
    case (.end, let order?): orders[order]?.verdict = record.verdict
    case (.duplicate, let order?): orders[order]?.duplicates += 1
    case (.forget, let order?): orders[order]?.isKnown = false
    case (.forget, nil): orders.updateAll { $0.isKnown = false }
    default: break
    }
  }

  /// The answer of `GET /standin`.
  var json: [UInt8] {
    JSONWriter.object { json in
      json.object("counts") { json in
        for kind in Record.Kind.allCases { json.integer(JSONKey(kind.rawValue), counts[kind] ?? 0) }
      }
      json.array("double_starts") { json in for order in doubleStarts { json.string(order) } }
      json.array("orders") { json in
        for (order, history) in orders.all {
          json.object { json in
            json.string("order_id", order)
            json.integer("starts", history.starts)
            json.integer("doubles", history.duplicates)
            json.string("verdict", history.verdict?.rawValue)
          }
        }
      }
    }
  }
}
