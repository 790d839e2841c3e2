import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("The report of an error")
struct ErrorTests {
  private static let table: SQL = """
    CREATE TABLE people (
        id    bigint PRIMARY KEY,
        email text   NOT NULL UNIQUE CHECK (email LIKE '%@%'),
        boss  bigint REFERENCES people
    )
    """

  @Test("in the log has the names of what was violated, and no values that people have entered")
  func withoutValues() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write(Self.table)
      _ = try await database.write("INSERT INTO people VALUES (7777, 'secret@example.org')")
      let cases: [(SQL, state: String, names: String)] = [
        ("INSERT INTO people VALUES (2, 'secret')", "23514", "people_email_check"),
        ("INSERT INTO people VALUES (3, 'secret@example.org')", "23505", "people_email_key"),
        ("INSERT INTO people VALUES (4, 'secret@x', 8888)", "23503", "people_boss_fkey"),
        ("UPDATE people SET email = NULL WHERE email LIKE 'secret%'", "23502", "column: email"),
        ("INSERT INTO people VALUES ('secret'::text::bigint, 'a@b')", "22P02", "a value"),
      ]
      for (statement, state, names) in cases {
        let error = try #require(await database.failure(writing: statement))
        let told = String(reflecting: error)
        #expect(told.contains(state) && told.contains(names), "\(told)")
        #expect(!told.contains("secret") && !told.contains("7777") && !told.contains("8888"))
      }
    }
  }

  @Test("for a committed result that cannot be read is that the outcome is not known")
  func undecodable() async throws {
    try await withDatabase { database, _ in
      _ = try await database.write("CREATE TABLE t (a text)")
      func failure(_ rows: Rows) -> PostgresError? {
        do throws(PostgresError) {
          _ = try rows[0].timestamp(0)
          return nil
        } catch {
          return error
        }
      }
      let written = failure(try await database.write("INSERT INTO t VALUES ('x') RETURNING a"))
      #expect(written?.isOutcomeUnknown == true)
      let read = failure(try await database.read("SELECT a FROM t"))
      #expect(read.map { $0.isOutcomeUnknown } == false)
      let undone = await database.failureOfTransaction { transaction throws(PostgresError) in
        let rows = try await transaction.run("INSERT INTO t VALUES ('y') RETURNING a")
        _ = try rows[0].timestamp(0)
      }
      #expect(undone.map { $0.isOutcomeUnknown } == false)
      let count = try await database.read("SELECT count(*) FROM t")[0].int(0)
      #expect(count == 1)
    }
  }

  @Test("reports that the database took too long, and not that it is away")
  func timedOut() async throws {
    var settings = PostgresSettings.patient
    settings.statementTimeout = .milliseconds(50)
    try await withDatabase(settings) { database, _ in
      let error = await database.failure(writing: "SELECT pg_sleep(30)")
      #expect(error?.isTimeout == true && error?.meaning == "does not answer in time")
    }
  }

  @Test(
    "for a refused connection is the meaning of its state",
    arguments: [
      (
        #"connection to server at "127.0.0.1", port 5432 failed: FATAL: 28P01: password "#
          + #"authentication failed for user "secret""#, "refuses the password"
      ),
      (
        #"connection to server on socket "/x" failed: FATAL: 3D000: database "secret" does not "#
          + "exist", "has no database of this name"
      ),
      ("… failed: FATAL: 53300: sorry, too many clients already", "has too many connections"),
      (
        "… failed: FATAL: 57P03: the database system is starting up",
        "is starting up or shutting down"
      ),
      ("… failed: FEHLER: XX000: secret", "refuses the connection (SQLSTATE XX000)"),
      (#"connection to server at "h", port 1 failed: session is read-only"#, "takes no writes"),
      (
        #"connection to server at "h", port 1 failed: server is in hot standby mode"#,
        "takes no writes"
      ),
      (
        #"connection to server at "h", port 1 failed: server is not in hot standby mode"#,
        "is no standby"
      ),
    ])
  func refusal(message: String, meaning: String) throws {
    let refusal = try #require(ServerRefusal(connectMessage: message))
    #expect(refusal.meaning == meaning)
  }

  @Test(
    "differs between a server that does not answer and one that refuses",
    arguments: [
      "connection to server at \"h\" (::1), port 12345 failed: Connection refused",
      "no answer from the server within 1.0 seconds",
    ])
  func unreachable(message: String) {
    #expect(ServerRefusal(connectMessage: message) == nil)
  }
}
