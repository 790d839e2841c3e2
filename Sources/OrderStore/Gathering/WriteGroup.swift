import Postgres

/// The writes of one request: one statement does them all, and none of another request with them.
struct WriteGroup<Write: RowWrite>: BatchedWrite {
  typealias Outcome = [Write.Outcome]

  let writes: [Write]

  /// A group is a batch by itself.
  static var limits: BatchLimits {
    BatchLimits(entriesMax: 1, weightMax: .max, batchesMax: 1, waitingMax: 1_024)
  }

  var rows: [RowToLock] { writes.flatMap(\.rows) }

  static func statement(_ groups: [WriteGroup], lockWait: Int?) -> SQL {
    Write.statement(groups.flatMap(\.writes), lockWait: lockWait)
  }

  static func hasEffect(_ outcomes: [Write.Outcome]) -> Bool {
    outcomes.contains { Write.hasEffect($0) }
  }

  static func outcomes(
    of groups: [WriteGroup], _ rows: Rows
  ) throws(PostgresError) -> [[Write.Outcome]] {
    var outcomes = try Write.outcomes(of: groups.flatMap(\.writes), rows)[...]
    return groups.map { group in
      defer { outcomes = outcomes.dropFirst(group.writes.count) }
      return Array(outcomes.prefix(group.writes.count))
    }
  }
}
