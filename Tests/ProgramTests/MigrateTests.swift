import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("Migrating")
struct MigrateTests {
  /// What came of `waybill migrate` with these settings.
  private func migrate(
    _ conninfo: String, _ settings: [String: String] = [:]
  ) async throws -> (code: Int32?, output: String) {
    var variables = settings
    variables["DATABASE_URL"] = conninfo
    let program = try RunningProgram(variables, arguments: ["migrate"])
    let code = await program.exitCode()
    return (code, program.log)
  }

  private func run(_ script: String, _ conninfo: String) async throws {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(unsafeText: script)
    }
  }

  @Test("needs no more than a role that owns the database, also where public may not be written")
  func ordinaryRole() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    try await run("DROP SCHEMA public", conninfo)

    let first = try await migrate(conninfo)
    let second = try await migrate(conninfo)

    #expect(first.code == 0 && first.output.contains("applied 0001_products.sql"), "\(first)")
    #expect(second.code == 0 && !second.output.contains("applied"), "\(second)")
    let program = try RunningProgram(["DATABASE_URL": conninfo, "WAYBILL_SEED": "demo"])
    let port = try await program.port()
    try await eventually("the service's role serves the demo data") {
      await PlainClient.get("/orders", port: port).contains(#""reference":"DEMO-1""#)
    }
    #expect(await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 "))
  }

  @Test("says which role there is not, and fails when somebody named it")
  func absentRoles() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()

    let named = try await migrate(conninfo, ["WAYBILL_SERVICE_ROLE": "nobody_of_that_name"])
    let other = try await migrate(conninfo, ["WAYBILL_READER_ROLE": ""])

    #expect(named.code == 1)
    #expect(
      named.output.contains("there is no role nobody_of_that_name: nothing was granted to it"))
    #expect(named.output.contains("CREATE ROLE it, then run waybill migrate again"))
    #expect(other.code == 0, "\(other.output)")
  }

  @Test("is refused to a role that may not, in words that say who may")
  func otherRoles() async throws {
    let empty = try TestCluster.shared.makeEmptyDatabase()
    let migrated = try await MigratedDatabase.make()

    let cannotCreate = try await migrate(MigratedDatabase.as(.reader, empty))
    let isNotOwner = try await migrate(MigratedDatabase.as(.service, migrated))

    #expect(cannotCreate.code == 1)
    #expect(
      cannotCreate.output.contains("the role waybill_reader may not make the schema waybill"),
      "\(cannotCreate.output)")
    #expect(isNotOwner.code == 1)
    #expect(
      isNotOwner.output.contains(
        "the role waybill_service does not own the schema waybill: run waybill migrate as waybill"),
      "\(isNotOwner.output)")
  }

  @Test("is refused where texts are not stored in UTF-8, as the doctor says, too")
  func encoding() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase(encoding: "SQL_ASCII")

    let migrated = try await migrate(conninfo)
    let doctor = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["doctor"])

    let said = "the database's encoding is SQL_ASCII, which cannot hold every text: make another"
    #expect(migrated.code == 1 && migrated.output.contains(said), "\(migrated.output)")
    #expect(await doctor.exitCode() == 1)
    #expect(doctor.log.contains("schema: \(said)"), "\(doctor.log)")
  }

  @Test("is refused on a database of the time before the first release, and on a damaged one")
  func otherSchemas() async throws {
    let older = try TestCluster.shared.makeEmptyDatabase()
    try await run(
      "CREATE TABLE public.schema_migrations (v int); CREATE TABLE public.order_events (v int)",
      older)
    let damaged = try await MigratedDatabase.make()
    try await run("DROP FUNCTION place_orders", damaged)

    let (olderCode, olderOutput) = try await migrate(older)
    let (damagedCode, damagedOutput) = try await migrate(damaged)

    #expect(olderCode == 1 && olderOutput.contains("the tables of a development version"))
    #expect(damagedCode == 1 && damagedOutput.contains("missing function waybill.place_orders("))
  }

  @Test("follows a dump that another ordinary role restores, and nothing is missing")
  func restored() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    #expect(try await migrate(conninfo).code == 0)
    let seed = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["seed"])
    #expect(await seed.exitCode() == 0)
    // Any role that owns the other database will do, and this one owns nothing else.
    let other = try TestCluster.shared.makeEmptyDatabase(owner: .reader)
    let folder = try TemporaryFolder()
    let dump = folder.path + "/dump"

    try await blocking {
      let dumped = ChildProcess.output(
        of: [try ServerBinaries.path(of: "pg_dump"), "-Fc", "-f", dump, conninfo], seconds: 60)
      #expect(dumped != nil)
      let restored = ChildProcess.output(
        of: [
          try ServerBinaries.path(of: "pg_restore"), "--no-owner", "--no-privileges",
          "--exit-on-error", "-d", other, dump,
        ], seconds: 60)
      #expect(restored != nil)
    }
    // The grants of the old place are not those of the new one.
    let granted = try await migrate(
      other, ["WAYBILL_READER_ROLE": "waybill"])
    #expect(granted.code == 0, "\(granted.output)")

    let program = try RunningProgram(["DATABASE_URL": MigratedDatabase.as(.service, other)])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    let client = try #require(PlainClient(port: port))
    let body = #"{"customer_id":"demo-1","items":[{"product_id":"keyboard","quantity":1}]}"#
    client.send(
      "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    #expect(await client.readToEnd().hasPrefix("HTTP/1.1 201 "))
  }
}
