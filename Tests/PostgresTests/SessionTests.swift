import EventLoop
import TestSupport
import Testing

@testable import Postgres

@Suite("A session")
struct SessionTests {
  private func withSession(
    _ body: @escaping @Sendable (Session) async throws -> Void
  ) async throws {
    let target = try ConnectionString(TestCluster.shared.makeDatabase())
    try await onLoop { loop in
      let session = try await Session.open(target, on: loop)
      try await body(session)
      session.close()
    }
  }

  @Test("runs a script of many statements as one transaction")
  func script() async throws {
    try await withSession { session in
      try await session.run(
        unsafeText: """
          CREATE TABLE t (a bigint);
          -- a comment; with a semicolon
          INSERT INTO t VALUES (1), (2);
          CREATE FUNCTION f() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN 7; END $$;
          """)
      let rows = try await session.rows("SELECT count(*), f() FROM t WHERE a > \(1)")
      #expect(try rows[0].int(0) == 1)
      #expect(try rows[0].int(1) == 7)

      let error = await failure(of: session, "INSERT INTO t VALUES (3); SELECT 1/0; DROP TABLE t")
      #expect(error?.serverError?.state == "22012")
      #expect(try await session.rows("SELECT count(*) FROM t")[0].int(0) == 2)
      try await session.run(unsafeText: "")
    }
  }

  @Test("ends with an error when a script wants to copy from or to the client")
  func copy() async throws {
    try await withSession { session in
      try await session.run(unsafeText: "CREATE TABLE t (a bigint)")
      #expect(await failure(of: session, "COPY t FROM STDIN") != nil)
      #expect(await failure(of: session, "SELECT 1") != nil)
    }
  }

  @Test("carries a script longer than the socket's buffer")
  func long() async throws {
    try await withSession { session in
      let line = "SELECT '" + String(repeating: "x", count: 1000) + "';\n"
      try await session.run(unsafeText: String(repeating: line, count: 5000))
      #expect(await failure(of: session, "SELECT 1\0") != nil)
    }
  }

  @Test("has an unknown outcome when its backend dies in the middle")
  func killed() async throws {
    try await withSession { session in
      let error = await failure(of: session, "SELECT pg_terminate_backend(pg_backend_pid())")
      #expect(error?.isOutcomeUnknown == true)
      try? await session.run(unsafeText: "SELECT 1")
    }
  }
}

private func failure(of session: Session, _ script: String) async -> PostgresError? {
  do throws(PostgresError) {
    try await session.run(unsafeText: script)
    return nil
  } catch {
    return error
  }
}

@Suite("A listener")
struct NotificationsTests {
  @Test("receives the notifications, and after a gap learns that it may have missed some")
  func listening() async throws {
    let target = try ConnectionString(TestCluster.shared.makeDatabase())
    try await onLoop { loop in
      let database = Database(target, on: loop)
      let events = Events()
      let channels = ["orders", "a \"b\"; DROP TABLE x"]
      let notifications = Notifications(target, channels: channels, on: loop) {
        events.list.append($0)
      }
      try await eventually("it listens") { events.list == [.listening] }
      for channel in channels {
        _ = try await database.write("SELECT pg_notify(\(channel), \("p'1"))")
      }
      try await eventually("both have come") { events.list.count == 3 }
      #expect(
        Array(events.list.dropFirst())
          == channels.map { .notified(channel: $0, payload: "p'1") })

      _ = try await database.write(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'
        """)
      try await eventually("it listens again") { events.list.last == .listening }
      _ = try await database.write("SELECT pg_notify('orders', 'x')")
      try await eventually("it has come") {
        events.list.last == .notified(channel: "orders", payload: "x")
      }
      #expect(events.list.count == 5)
      notifications.close()
      await database.close()
    }
  }
}

private final class Events {
  var list: [Notifications.Event] = []
}
