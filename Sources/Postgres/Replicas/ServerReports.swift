/// What a primary says of itself.
struct PrimaryReport {
  let position: LogPosition
  /// Which database of which cluster it is.
  let identity: String
  let pageBytes: UInt64
  let snapshot: TransactionSnapshot

  static let query: SQL = """
    SELECT \(LogPosition.endOfLog), \(identityColumn), current_setting('wal_block_size')::int,
           pg_current_snapshot()::text
    """

  fileprivate static let identityColumn: SQL = """
    concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
              (SELECT oid FROM pg_database WHERE datname = current_database()))
    """

  init(_ row: Row) throws(PostgresError) {
    position = try LogPosition(endOfLog: row)
    identity = try row.text(2)
    pageBytes = UInt64(try row.int(3))
    snapshot = try row.snapshot(4)
  }

  init(
    position: LogPosition, identity: String, pageBytes: UInt64 = LogPosition.pageBytes,
    snapshot: TransactionSnapshot = TransactionSnapshot(oldest: 1, end: 1)
  ) {
    self.snapshot = snapshot
    self.position = position
    self.identity = identity
    self.pageBytes = pageBytes
  }
}

/// What a replica says of itself.
struct ReplicaReport {
  let isStandby: Bool
  /// What it has replayed, on the timeline that it is known to follow.
  let reached: LogPosition
  let identity: String
  let snapshot: TransactionSnapshot

  /// The timeline of the last restart point is one that was replayed. That of the receiver is known
  /// sooner, but only to roles that may read all statistics: a standby receives a timeline only
  /// when what it has replayed is part of it.
  static let query: SQL = """
    SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn()::text, '0/0'),
           greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                    (SELECT received_tli FROM pg_stat_wal_receiver)),
           \(PrimaryReport.identityColumn), pg_current_snapshot()::text
    """

  init(_ row: Row) throws(PostgresError) {
    isStandby = try row.bool(0)
    reached = try LogPosition(replayed: try row.text(1), timeline: try row.int(2), in: row)
    identity = try row.text(3)
    snapshot = try row.snapshot(4)
  }

  init(
    isStandby: Bool = true, reached: LogPosition, identity: String,
    snapshot: TransactionSnapshot = TransactionSnapshot(oldest: 1, end: 1)
  ) {
    self.snapshot = snapshot
    self.isStandby = isStandby
    self.reached = reached
    self.identity = identity
  }
}

extension Row {
  fileprivate func snapshot(_ column: Int) throws(PostgresError) -> TransactionSnapshot {
    guard let snapshot = TransactionSnapshot(try text(column)) else {
      throw undecodable(column, expected: "a snapshot")
    }
    return snapshot
  }
}
