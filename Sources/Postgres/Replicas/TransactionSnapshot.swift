/// Which transactions had ended at a moment, as `pg_current_snapshot()` tells it.
struct TransactionSnapshot: Equatable, Sendable {
  /// All before this one had ended. It was running itself, unless it is `end`.
  let oldest: UInt64
  /// The one after the newest that had ended. This one and later ones may have been running, too.
  let end: UInt64
  /// The first that had not begun; on a standby, which cannot tell it, `end`.
  let next: UInt64
  /// Those before `end` that were running. A standby tells only those that it was asked for.
  private(set) var running: [UInt64]

  /// Reads `10:20:10,14`, with `later` transactions that had begun from 20 on; nil when the text is
  /// something else.
  init?(_ text: String, later: Int = 0) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let oldest = UInt64(parts[0]), let end = UInt64(parts[1]) else {
      return nil
    }
    let running = parts[2].split(separator: ",").compactMap { UInt64($0) }
    self.init(oldest: oldest, end: end, next: end + UInt64(max(0, later)), running: running)
  }

  init(oldest: UInt64, end: UInt64, next: UInt64? = nil, running: [UInt64] = []) {
    self.oldest = oldest
    self.end = end
    self.next = next ?? end
    self.running = running
  }

  /// Whether the primary, of which this is a snapshot, shows every transaction that the standby may
  /// have shown.
  ///
  /// A commit is in the log before the primary shows it, and with synchronous replication it is
  /// shown only when a standby has it.
  func shows(allOf standby: TransactionSnapshot) -> Bool {
    end >= standby.end
      && running.allSatisfy {
        $0 >= standby.end || $0 == standby.oldest || standby.running.contains($0)
      }
  }

  /// Whether nothing was running.
  var isQuiet: Bool { running.isEmpty && end >= next }

  /// Whether everything has ended that was running at the time of an earlier snapshot.
  func showsEnd(of earlier: TransactionSnapshot) -> Bool {
    end >= earlier.next
      && running.allSatisfy { $0 >= earlier.next || $0 < earlier.end }
      && !running.contains(where: earlier.running.contains)
  }

  /// What a standby still has running later was running at the time of this snapshot, too.
  mutating func learn(from later: TransactionSnapshot) {
    for transaction in later.running + [later.oldest]
    where transaction < end && transaction < later.end && !running.contains(transaction) {
      running.append(transaction)
    }
  }
}
