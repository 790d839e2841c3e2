import JSON

/// What the records of a journal come to, across all deaths of the program.
struct Ledger: Equatable {
  struct Story: Equatable {
    /// Processes that were started; more than one only after each before it had been forgotten.
    var starts = 0
    /// Starts that were refused, because there was a process.
    var doubles = 0
    /// How the last process ended; nil while it has not.
    var verdict: ProcessStatus?
    /// Whether the service knows a process of the order.
    var isKnown = false
  }

  private(set) var orders = ByOrder<Story>()
  private(set) var counts: [Record.Word: Int] = [:]
  /// What must never happen: orders of which a process was started beside another one.
  private(set) var doubleStarts: [String] = []

  init() {}

  /// Nil when a line is none of a journal.
  init?(journal: String) {
    for line in journal.split(separator: "\n") {
      guard let record = Record(line: line) else { return nil }
      add(record)
    }
  }

  mutating func add(_ record: Record) {
    counts[record.word, default: 0] += 1
    switch (record.word, record.order) {
    case (.start, let order?):
      if orders[order]?.isKnown == true { doubleStarts.append(order) }
      var story = orders[order] ?? Story()
      story.starts += 1
      story.isKnown = true
      story.verdict = nil
      orders[order] = story
    case (.end, let order?): orders[order]?.verdict = record.verdict
    case (.double, let order?): orders[order]?.doubles += 1
    case (.forget, let order?): orders[order]?.isKnown = false
    case (.forget, nil): orders.updateAll { $0.isKnown = false }
    default: break
    }
  }

  /// The ledger for those who read no journal.
  var json: [UInt8] {
    JSONWriter.object { json in
      json.object("counts") { json in
        for word in Record.Word.allCases { json.integer(JSONKey(word.rawValue), counts[word] ?? 0) }
      }
      json.array("double_starts") { json in for order in doubleStarts { json.string(order) } }
      json.array("orders") { json in
        for (order, story) in orders.all {
          json.object { json in
            json.string("order_id", order)
            json.integer("starts", story.starts)
            json.integer("doubles", story.doubles)
            json.string("verdict", story.verdict?.rawValue)
          }
        }
      }
    }
  }
}
