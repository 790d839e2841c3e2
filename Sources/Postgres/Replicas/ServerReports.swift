/// What a primary says of itself.
struct PrimaryReport {
  let position: LogPosition
  /// Which database of which cluster it is.
  let identity: String
  let pageBytes: UInt64
  let snapshot: TransactionSnapshot

  static let query: SQL = """
    SELECT \(LogPosition.endOfLog), \(SQL.databaseIdentity),
           current_setting('wal_block_size')::int, pg_current_snapshot()::text,
           age(pg_snapshot_xmax(pg_current_snapshot())::xid)
    """
}

extension PrimaryReport {
  init(_ row: Row) throws(PostgresError) {
    self.init(
      position: try LogPosition(endOfLog: row), identity: try row.text(2),
      pageBytes: UInt64(try row.int(3)), snapshot: try row.snapshot(4, later: try row.int(5)))
  }
}

/// What a replica says of itself.
struct ReplicaReport {
  let isStandby: Bool
  /// What it has replayed, on the timeline that it is known to follow.
  var reached: LogPosition
  let identity: String
  /// When it was started: as long as that is the same, its data have not been exchanged.
  let startedAt: String
  let snapshot: TransactionSnapshot

  /// The timeline of the last restart point is one that was replayed. That of the receiver is known
  /// sooner, but only to roles that may read all statistics, and only while there is a receiver: a
  /// standby receives a timeline only when what it has replayed is part of it.
  ///
  /// A standby's snapshot does not tell what is running. So it is asked for the transactions that
  /// are known to run on the primary; a status can be asked only of those before the end.
  static func query(running: [UInt64]) -> SQL {
    let running = "{" + running.map(String.init).joined(separator: ",") + "}"
    return """
      SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn()::text, '0/0'),
             greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                      (SELECT received_tli FROM pg_stat_wal_receiver)),
             \(SQL.databaseIdentity), pg_postmaster_start_time()::text, pg_current_snapshot()::text,
             (SELECT coalesce(string_agg(id::text, ','), '')
              FROM unnest(\(running)::text::xid8[]) AS id
              WHERE CASE WHEN id < pg_snapshot_xmax(pg_current_snapshot())
                         THEN pg_xact_status(id) = 'in progress' END)
      """
  }
}

extension ReplicaReport {
  init(_ row: Row) throws(PostgresError) {
    let shown = try row.snapshot(5)
    self.init(
      isStandby: try row.bool(0),
      reached: try LogPosition(replayed: try row.text(1), timeline: try row.int(2), in: row),
      identity: try row.text(3), startedAt: try row.text(4),
      snapshot: TransactionSnapshot(
        oldest: shown.oldest, end: shown.end,
        running: try row.text(6).split(separator: ",").compactMap { UInt64($0) }))
  }
}

extension Row {
  fileprivate func snapshot(
    _ column: Int, later: Int = 0
  ) throws(PostgresError) -> TransactionSnapshot {
    guard let snapshot = TransactionSnapshot(try text(column), later: later) else {
      throw undecodable(column, expected: "a snapshot")
    }
    return snapshot
  }
}
