import Glibc
import Postgres
import TestSupport
import Testing

@testable import waybill

@Suite("A database that takes no writes")
struct ReadOnlyTests {
  private static let json = "Host: localhost\r\nContent-Type: application/json\r\n"

  /// A write of each contract, and how the answer to it must begin.
  private static let writes: [(path: String, body: String, envelope: String)] = [
    (
      "/orders", #"{"customer_id":"c","items":[{"name":"Gift wrap","quantity":1,"price":1}]}"#,
      #"{"message":"The database takes no changes at present; nothing was done. Try again."#
        + #"","code":"read_only","documentation":"/docs/errors#read_only""#
    ),
    (
      "/storefront/orders", #"{"customerId":"1","products":[{"productId":"p","quantity":1}]}"#,
      #"{"message":"The database takes no changes"#
    ),
    ("/fulfilment/order", #"{"id":"o-1"}"#, #"{"message":"The database takes no changes"#),
    (
      "/store/customers", #"{"email":"demo@example.org","name":"Demo Customer 1"}"#,
      #"{"message":"The database takes no changes"#
    ),
    (
      "/shop/orders", #"{"products":[{"product_id":"p","item_count":1}]}"#,
      #"{"error":"The database takes no changes"#
    ),
  ]

  private func post(_ body: String, to path: String, port: UInt16, _ more: String = "") -> String {
    PlainClient(port: port)?.exchange(
      "POST \(path) HTTP/1.1\r\n\(Self.json)\(more)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)") ?? ""
  }

  @Test("is said in every contract's own form, reads go on, and writes are done when it takes them")
  func readOnly() async throws {
    let conninfo = try await MigratedDatabase.make()
    let token = try RunningProgram(
      ["DATABASE_URL": conninfo],
      arguments: [
        "token", "create", "--role", "customer", "--customer", "demo-1", "--new-customer",
      ])
    #expect(await token.exitCode() == 0)
    let secret = try #require(token.log.firstMatch(of: #/wb_\w+/#)).0
    try await set("on", in: conninfo)
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    try await eventually("its requests are answered") {
      await PlainClient.get("/orders", port: port).hasPrefix("HTTP/1.1 200 ")
    }

    for (path, body, envelope) in Self.writes {
      for key in ["", "Idempotency-Key: k\r\n"] {
        let answer = post(
          body, to: path, port: port, "Authorization: Bearer \(secret)\r\n" + key)
        #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(path): \(answer)")
        #expect(answer.contains("\r\nRetry-After: 1\r\n"))
        #expect(answer.contains("\r\n\r\n" + envelope), "\(path): \(answer)")
      }
    }
    let state = await PlainClient.get("/readyz", port: port)
    #expect(state.hasPrefix("HTTP/1.1 503 "))
    #expect(state.contains(#""reads":"ok","writes":"takes no writes","schema":"ok""#), "\(state)")
    let doctor = try RunningProgram(["DATABASE_URL": conninfo], arguments: ["doctor"])
    #expect(await doctor.exitCode() == 1)
    #expect(doctor.log.contains("writes: transactions are read-only here"), "\(doctor.log)")

    try await set("off", in: conninfo)
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    // Refused for now, the answer was not kept under the key.
    try await eventually("the order is placed") {
      post(
        Self.writes[0].body, to: Self.writes[0].path, port: port,
        "Authorization: Bearer \(secret)\r\nIdempotency-Key: k\r\n"
      ).hasPrefix("HTTP/1.1 201 ")
    }
  }

  private func set(_ value: String, in conninfo: String) async throws {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      let name = try await session.rows("SELECT current_database()")[0].text(0)
      try await session.run(unsafeText: "SET default_transaction_read_only = off")
      try await session.run(
        unsafeText: "ALTER DATABASE \(name) SET default_transaction_read_only = \(value)")
      session.close()
    }
  }

  @Test("is not the same as one that takes too long, which is said as what it is")
  func tooLong() async throws {
    let conninfo = try await MigratedDatabase.make()
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    try await eventually("it is ready") {
      await PlainClient.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 ")
    }
    try await onLoop { loop in
      let blocker = try await Session.open(try ConnectionString(conninfo), on: loop)
      try await blocker.run(unsafeText: "BEGIN; LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
      let answer = await PlainClient.get("/products/none", port: port)
      #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("\r\nRetry-After: 1\r\n"))
      #expect(
        answer.contains(#""code":"timed_out""#) && answer.contains("took too long"), "\(answer)")
      try await blocker.run(unsafeText: "ROLLBACK")
      blocker.close()
    }
  }

  @Test("of another kind is named before any port is opened")
  func otherKind() async throws {
    // The port is taken: a program that opened it first would complain of that.
    let taken = LoopbackListener()
    defer { taken.stop() }
    for (name, others) in [
      ("DATABASE_URL", [:]),
      ("WAYBILL_DIRECT_DATABASE_URL", ["DATABASE_URL": "postgresql://127.0.0.1:1/x"]),
    ] {
      let program = try RunningProgram(
        others.merging([name: "mysql://root:secret@127.0.0.1/shop", "PORT": "\(taken.port)"]) { $1 }
      )
      #expect(await program.exitCode() == 1)
      #expect(
        program.log
          == "waybill: \(name) connection string: begins with mysql://, which is not PostgreSQL: "
          + "give it as postgresql://…\n")
    }
  }
}
