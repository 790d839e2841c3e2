import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("The settings of a connection")
struct SessionSettingsTests {
  /// A database whose own settings are other ones.
  private static func makeForeignDatabase() async throws -> String {
    let conninfo = try TestCluster.shared.makeDatabase()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      let name = try await session.rows("SELECT current_database()")[0].text(0)
      for setting in [
        "datestyle = 'German, DMY'", "timezone = 'Asia/Kathmandu'", "bytea_output = escape",
        "client_encoding = 'LATIN1'", "standard_conforming_strings = off",
        "statement_timeout = '1h'", "plan_cache_mode = force_custom_plan",
      ] {
        try await session.run(unsafeText: "ALTER DATABASE \(name) SET \(setting)")
      }
      session.close()
    }
    return conninfo
  }

  @Test("override those of the database")
  func foreignDatabase() async throws {
    let target = try ConnectionString(await Self.makeForeignDatabase())
    try await onLoop { loop in
      let shown: SQL = #"""
        SELECT timestamptz '2026-03-29 01:30:00.25+00', decode('00ff', 'hex'), 'ä\n'
        """#
      let session = try await Session.open(target, on: loop)
      let database = Database(target, settings: .patient, on: loop)
      for row in [try await session.rows(shown)[0], try await database.read(shown)[0]] {
        let time = try row.timestamp(0)
        #expect(time.microseconds == 1_774_747_800_250_000)
        let bytes = try row.bytea(1)
        #expect(bytes == [0, 255])
        let text = try row.text(2)
        #expect(text == #"ä\n"#)
      }
      let row = try await database.read(
        "SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode')")[0]
      let (timeout, plans) = (try row.text(0), try row.text(1))
      #expect(timeout == "1min" && plans == "force_generic_plan")
      session.close()
      await database.close()
    }
  }

  @Test(
    "are chosen by the connection string's options, in each form that they may have",
    arguments: [
      ("-c lock_timeout=7s", ["lock_timeout": "7s"]),
      (
        "-clock_timeout=7s --plan-cache-mode=auto",
        ["lock_timeout": "7s", "plan_cache_mode": "auto"]
      ),
      (#"-c search_path=a\ b\\c -B 5 -c"#, ["search_path": #"a b\c"#]), ("", [:]),
    ])
  func options(options: String, settings: [String: String]) throws {
    let quoted = options.replacing(#"\"#, with: #"\\"#)
    #expect(try ConnectionString("options='\(quoted)'").serverSettings == settings)
  }

  @Test("follow the connection string where they are not about the form of values")
  func chosen() async throws {
    let target = try ConnectionString(
      try TestCluster.shared.makeDatabase() + " options='-c lock_timeout=7s -c timezone=Asia/Tokyo'"
    )
    try await onLoop { loop in
      let database = Database(target, settings: .patient, on: loop)
      let row = try await database.read(
        "SELECT current_setting('lock_timeout'), current_setting('timezone')")[0]
      let (lock, zone) = (try row.text(0), try row.text(1))
      #expect(lock == "7s" && zone == "UTC")
      await database.close()
    }
  }

  @Test(
    "that the server does not allow make it unusable, with a message that clients may see"
  )
  func refused() async throws {
    let target = try ConnectionString(TestCluster.shared.makeDatabase())
    try await onLoop { loop in
      let settings = SessionSettings(
        preferred: [.init("timezone", "Nowhere/Land")], for: target, scope: .session)
      let connector = Connector(target, settings: .patient, session: settings, on: loop)
      do throws(PostgresError) {
        _ = try await connector.connect()
        Issue.record("it connected")
      } catch {
        guard case .refused(.settings, let reason) = error else {
          Issue.record("\(String(reflecting: error))")
          return
        }
        #expect(reason.contains("Nowhere/Land"))
        #expect(
          error.meaning == "does not allow the session settings that the service needs")
      }
    }
  }

  @Test(
    "a server that refuses the connection is reported as such, not as unreachable",
    arguments: [
      ("dbname=none", "3D000" as SQLState, "has no database of this name"),
      ("user=nobody_here", "28000", "does not let this user in"),
    ])
  func refusing(change: String, state: SQLState, meaning: String) async throws {
    let target = try ConnectionString(TestCluster.shared.makeDatabase() + " " + change)
    try await onLoop { loop in
      do throws(PostgresError) {
        _ = try await Session.open(target, on: loop)
        Issue.record("it connected")
      } catch {
        guard case .refused(.server(let given), _) = error else {
          Issue.record("\(String(reflecting: error))")
          return
        }
        #expect(given == state)
        #expect(error.meaning.hasPrefix(meaning))
        #expect(error.isUnavailable)
      }
    }
  }
}
