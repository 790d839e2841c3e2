import EventLoop
import Postgres

/// What the doctor checks of the standbys that are to be read from.
struct ReplicaExamination {
  private let primary: ConnectionString
  /// How far behind a standby may be.
  private let lagMax: Duration
  private(set) var findings: Findings

  init(primary: ConnectionString, lagMax: Duration, _ findings: Findings) {
    self.primary = primary
    self.lagMax = lagMax
    self.findings = findings
  }

  mutating func run(_ servers: ConnectionString, on loop: EventLoop) async {
    for server in servers.each {
      let subject = "replica \(server.serverName)"
      do {
        try await examine(server, subject, on: loop)
      } catch let error as PostgresError {
        findings.problem(
          subject,
          "\(error.meaning); check WAYBILL_REPLICA_URL and the server: \(error.debugDescription)")
      } catch {
        findings.problem(subject, "\(error)")
      }
    }
  }

  private mutating func examine(
    _ server: ConnectionString, _ subject: String, on loop: EventLoop
  ) async throws {
    let replica = try await Session.open(server, on: loop)
    defer { replica.close() }
    let facts = try await replica.rows(
      """
      SELECT pg_is_in_recovery(), pg_backend_pid(), \(SQL.databaseIdentity)
      """)[0]
    guard try facts.bool(0) else {
      return findings.problem(
        subject, "is no standby: name only standbys of the database in WAYBILL_REPLICA_URL")
    }
    guard try facts.int(1) == Int(replica.reportedProcessID) else {
      return findings.problem(
        subject, "is behind a pooler, which can lend another server: name the server itself")
    }
    let session = try await Session.open(primary, on: loop)
    defer { session.close() }
    let identity = try await session.rows("SELECT \(SQL.databaseIdentity)")[0].text(0)
    guard try facts.text(2) == identity else {
      return findings.problem(
        subject, "is of another cluster or database than DATABASE_URL: correct one of them")
    }
    let missing = try await DatabaseExamination.missingRights(replica)
    guard missing.isEmpty else {
      return findings.problem(
        subject,
        "its role lacks \(missing.joined(separator: ", ")): use the role of the service")
    }
    try await examineLag(replica, session, subject, on: loop)
  }

  /// Waits until the standby has what the primary has now.
  private mutating func examineLag(
    _ replica: Session, _ primary: Session, _ subject: String, on loop: EventLoop
  ) async throws {
    let position = try await primary.rows("SELECT pg_current_wal_flush_lsn()::text")[0].text(0)
    let begin = loop.currentTime
    while true {
      let waited = loop.currentTime - begin
      let hasReached = try await replica.rows(
        "SELECT coalesce(pg_last_wal_replay_lsn() >= \(position)::pg_lsn, false)")[0].bool(0)
      if hasReached {
        let milliseconds = Int(waited / .milliseconds(1))
        return findings.good(subject, "a standby, \(milliseconds) ms behind at most")
      }
      guard waited <= lagMax else { break }
      await loop.pause(for: .milliseconds(5))
    }
    findings.problem(
      subject,
      "is behind by more than WAYBILL_REPLICA_LAG_MAX_MS, so it is not read from: look at "
        + "pg_stat_replication of the primary, and at recovery_min_apply_delay of the standby")
  }
}
