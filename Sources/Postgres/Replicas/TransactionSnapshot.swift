/// Which transactions had ended at a moment, as `pg_current_snapshot()` tells it.
struct TransactionSnapshot: Equatable, Sendable {
  /// All before this one had ended. It was running itself, unless it is `end`.
  let oldest: UInt64
  /// This one and all after it had not begun.
  let end: UInt64
  /// Those between that were running. A standby does not tell them.
  let running: [UInt64]

  /// Reads `10:20:10,14`; nil when the text is something else.
  init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let oldest = UInt64(parts[0]), let end = UInt64(parts[1]) else {
      return nil
    }
    let running = parts[2].split(separator: ",").compactMap { UInt64($0) }
    self.init(oldest: oldest, end: end, running: running)
  }

  init(oldest: UInt64, end: UInt64, running: [UInt64] = []) {
    self.oldest = oldest
    self.end = end
    self.running = running
  }

  /// Whether the primary, of which this is a snapshot, shows every transaction that the standby may
  /// have shown.
  ///
  /// A commit is in the log before the primary shows it, and with synchronous replication it is
  /// shown only when a standby has it.
  func shows(allOf standby: TransactionSnapshot) -> Bool {
    end >= standby.end && running.allSatisfy { $0 >= standby.end || $0 == standby.oldest }
  }
}
