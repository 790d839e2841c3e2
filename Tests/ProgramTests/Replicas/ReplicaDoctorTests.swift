import Glibc
import PrivateCluster
import TestSupport
import Testing

@Suite("waybill doctor, of replicas")
struct ReplicaDoctorTests {
  private func examine(
    _ primary: TestServer, _ replica: TestServer, user: ClusterRole = .service
  ) async throws -> String {
    let doctor = try RunningProgram(
      [
        "DATABASE_URL": ReplicatedDatabase.conninfo([primary]),
        "WAYBILL_REPLICA_URL": ReplicatedDatabase.conninfo([replica]) + " user=\(user.rawValue)",
        "WAYBILL_REPLICA_LAG_MAX_MS": "500",
      ], arguments: ["doctor"])
    #expect(await doctor.exitCode() != nil)
    return doctor.log.split(separator: "\n").last.map(String.init) ?? ""
  }

  @Test("counts as many connections as a service with replicas opens")
  func connections() async throws {
    let servers = try await ReplicatedDatabase(standbys: 1)
    let all = [servers.primary] + servers.standbys
    let program = try servers.program(
      ["WAYBILL_LOOPS": "2", "WAYBILL_DB_CONNECTIONS": "10"], replicas: all)
    for (server, readers, watchers) in [(servers.primary, 14, 2), (servers.standbys[0], 4, 1)] {
      // All that is shared out over the loops, and none that listens or does a job.
      let counts = """
        SELECT count(*) FILTER (WHERE application_name = 'waybill') >= \(readers),
               count(*) FILTER (WHERE application_name = 'waybill replicas')
          FROM pg_stat_activity
        """
      try await eventually("it has connected; log: \(program.log)") {
        try await blocking { try server.sql(counts) } == "t|\(watchers)"
      }
    }
    let doctor = try RunningProgram(
      [
        "DATABASE_URL": ReplicatedDatabase.conninfo([servers.primary]),
        "WAYBILL_REPLICA_URL": ReplicatedDatabase.conninfo(all), "WAYBILL_LOOPS": "2",
        "WAYBILL_DB_CONNECTIONS": "10",
      ], arguments: ["doctor"])
    _ = await doctor.exitCode()
    #expect(
      doctor.log.contains(
        "connections: ok, 26 an instance: 2 loops with 5, 6 for replicas, and 10 for jobs"),
      "\(doctor.log)")
  }

  @Test("finds a standby in order, and says what is wrong with another server")
  func examination() async throws {
    let servers = try await ReplicatedDatabase(standbys: 1)
    let (primary, standby) = (servers.primary, servers.standbys[0])
    let subject = "replica 127.0.0.1:\(standby.port): "

    let good = try await examine(primary, standby)
    #expect(good.hasPrefix(subject + "ok, a standby, "), "\(good)")

    let itself = try await examine(primary, primary)
    #expect(itself.contains(": is no standby: name only standbys"), "\(itself)")

    let reader = try await examine(primary, standby, user: .reader)
    #expect(reader.contains("its role lacks EXECUTE on "), "\(reader)")

    try await blocking { try standby.pauseReplay() }
    _ = try await blocking { try primary.sql("CREATE TABLE something ()") }
    let late = try await examine(primary, standby)
    #expect(late.contains("is behind by more than WAYBILL_REPLICA_LAG_MAX_MS"), "\(late)")

    let other = try await ReplicatedDatabase(standbys: 1)
    let foreign = try await examine(primary, other.standbys[0])
    #expect(foreign.contains("is of another cluster or database"), "\(foreign)")

    try await blocking { standby.kill() }
    let away = try await examine(primary, standby)
    #expect(away.hasPrefix(subject + "cannot be reached; check WAYBILL_REPLICA_URL"), "\(away)")
  }
}
