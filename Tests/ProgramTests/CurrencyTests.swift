import Glibc
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("The currency of an installation")
struct CurrencyTests {
  private static func serve(
    _ conninfo: String, _ currency: String?
  ) throws -> RunningProgram {
    var variables = ["DATABASE_URL": conninfo]
    variables["WAYBILL_CURRENCY"] = currency
    return try RunningProgram(variables)
  }

  private static func kept(_ conninfo: String) async throws -> String {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows("SELECT currency FROM installation").first?.text(0) ?? ""
    }
  }

  @Test("is kept by the first that is told one; another, or none, is then refused with the cure")
  func differences() async throws {
    let conninfo = try await MigratedDatabase.make()
    let first = try Self.serve(conninfo, "EUR")
    let port = try await first.port()
    try await eventually("the currency is kept") { try await Self.kept(conninfo) == "EUR" }
    let report = await PlainClient.get("/reports/days", port: port)
    #expect(report.contains(#""currency":"EUR""#))
    #expect(await PlainClient.get("/openapi.json", port: port).contains(#""x-currency":"EUR""#))

    let same = try Self.serve(conninfo, "EUR")
    _ = try await same.port()
    let other = try Self.serve(conninfo, "USD")
    let none = try Self.serve(conninfo, nil)
    #expect(await other.exitCode() == 1)
    #expect(
      other.log.contains(
        "WAYBILL_CURRENCY=USD, and the amounts in the database are in EUR: set "
          + "WAYBILL_CURRENCY=EUR; if they were USD from the beginning, run UPDATE "
          + "waybill.installation SET currency = 'USD' as the owner"), "\(other.log)")
    #expect(await none.exitCode() == 1)
    #expect(none.log.contains("set WAYBILL_CURRENCY=EUR, as for its other instances"))
    #expect(first.isRunning && same.isRunning)
    #expect(try await Self.kept(conninfo) == "EUR")
  }

  @Test("of two instances that start at once with different ones is that of one of them")
  func race() async throws {
    let conninfo = try await MigratedDatabase.make()
    let programs = try ["EUR", "USD", "SEK"].map { ($0, try Self.serve(conninfo, $0)) }
    try await eventually("two of them have ended", within: .seconds(60)) {
      programs.count { $0.1.isRunning } == 1
    }
    let left = try #require(programs.first { $0.1.isRunning })
    #expect(try await Self.kept(conninfo) == left.0)
  }

  @Test("is kept by migrating, too, which says nothing about it when it is told none")
  func migrating() async throws {
    let conninfo = try TestCluster.shared.makeEmptyDatabase()
    let attempts: [(currency: String?, code: Int32)] = [
      (nil, 0), ("EUR", 0), (nil, 0), ("USD", 1), ("EUR", 0),
    ]
    for (currency, code) in attempts {
      var variables = ["DATABASE_URL": conninfo]
      variables["WAYBILL_CURRENCY"] = currency
      let program = try RunningProgram(variables, arguments: ["migrate"])
      #expect(await program.exitCode() == code, "\(currency ?? "none"): \(program.log)")
    }
    #expect(try await Self.kept(conninfo) == "EUR")
  }

  @Test("of a private database holds for the next start")
  func embedded() async throws {
    var variables = ["WAYBILL_HOME": TestCluster.makeHome(), "WAYBILL_CURRENCY": "EUR"]
    let first = try RunningProgram(variables)
    _ = try await first.port()
    first.signal(SIGTERM)
    #expect(await first.exitCode() == 0)
    variables["WAYBILL_CURRENCY"] = "USD"
    let second = try RunningProgram(variables)
    #expect(await second.exitCode() == 1)
    #expect(second.log.contains("the amounts in the database are in EUR"), "\(second.log)")
  }
}
