import EventLoop
import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import PrivateCluster
import Telemetry
import TestSupport
import Testing

@testable import OrderAPI

@Suite("Routes that any copy may answer")
struct ReplicaRoutesTests {
  @Test("are answered by a standby that has everything exactly as by the primary")
  func sameAnswers() async throws {
    try await Self.onReplica { replicated, primary, standby in
      let shopper = try await primary.shopper("demo-1")
      let customer = try await primary.send(
        "POST", "/customers", #"{"id":"c-1","name":"Demo Customer 11"}"#)
      #expect(customer.status == 201)
      var targets: [(MountedRoute, String)] = []
      for entry in MountedRoute.all(of: primary.mounts) {
        guard entry.route.reads != .primary else { continue }
        // The demo data has completed orders of this customer, which the report shows.
        let address =
          entry.template.hasSuffix("/{customer_id}")
          ? entry.target(["demo-1"]) : try await primary.address(for: entry, of: shopper)
        targets += Self.variants(of: entry, address).map { (entry, $0) }
      }
      #expect(Set(targets.map(\.0.template)).count >= 20)
      _ = try await FeedRepository(primary.owner).sequence()
      try await replicated.settle()
      for (entry, target) in targets {
        let wanted = try await primary.ask(entry, target, as: shopper)
        #expect(wanted.status == 200, "\(target): \(wanted.body)")
        // On a busy machine a report may come too late, and the primary is asked.
        try await eventually("\(target) is read from the standby") {
          let reads = standby.reads
          let answer = try await replicated.client.ask(entry, target, as: shopper)
          #expect(answer.status == wanted.status, "\(target)")
          #expect(answer.fields == wanted.fields, "\(target)")
          #expect(answer.body == wanted.body, "\(target)")
          return standby.reads > reads
        }
        if let tag = wanted.fields["ETag"] {
          let again = try await replicated.client.send(
            "GET", target, "", fields: ["If-None-Match: \(tag)"])
          #expect(again.status == 304, "\(target)")
        }
        // In the feed it is a cursor.
        if let next = try? wanted.json["next"]?.text, next.hasPrefix("/") {
          let page = try await replicated.client.get(next)
          #expect(page.body == (try await primary.get(next)).body, "\(next)")
        }
      }
      #expect(standby.failures == 0)
    }
  }

  @Test("are asked of the primary when a standby refuses, as for a cursor it does not know yet")
  func refusals() async throws {
    try await Self.onReplica { replicated, primary, standby in
      // A reader who was refused has seen the primary, and is not answered by this standby again.
      let readers = try await replicated.readers(3)
      try await replicated.settle()
      try await replicated.pauseReplay()
      try await primary.run(
        "INSERT INTO products (id, name, price, stock) VALUES ('late', 'Late', 1, 1)")
      _ = try await FeedRepository(primary.owner).sequence()
      let head = try await primary.get("/events?after=latest")
      let cursor = try #require(try head.json["next"]?.text)
      let targets = [
        ("/events?after=\(cursor)", 200), ("/products/late/stock", 200),
        ("/customers/nobody/orders", 404),
      ]
      for (reader, (target, status)) in zip(readers, targets) {
        let reads = standby.reads
        let answer = try await reader(target, [])
        #expect(answer.status == status, "\(target): \(answer.body)")
        #expect(standby.reads > reads, "\(target) was not read from the standby first")
        if target.hasPrefix("/events") { #expect(answer.body == head.body) }
      }
    }
  }

  @Test("refuse a position that cannot be read, and show the write of one that can")
  func positions() async throws {
    try await Self.onReplica { replicated, _, standby in
      let readers = try await replicated.readers(2)
      try await replicated.settle()
      try await replicated.pauseReplay()
      let client = replicated.client
      let answer = try await client.send(
        "POST", "/customers", #"{"id":"new","name":"Demo Customer 9"}"#,
        fields: ["Content-Type: application/json"])
      #expect(answer.status == 201, "\(answer.body)")
      let position = try #require(answer.fields["Waybill-Position"])
      let reads = standby.reads
      let old = try await readers[0]("/customers", [])
      #expect(!old.body.contains(#""id":"new""#), "the standby does not have it")
      #expect(standby.reads > reads)
      let list = try await readers[1]("/customers", ["Waybill-Position: \(position)"])
      #expect(list.body.contains(#""id":"new""#))
      let given = "Waybill-Position: \(position)"
      for (target, fields) in [
        ("/customers", ["Waybill-Position: later"]), ("/customers", [given, given]),
        ("/exports/customers", ["Waybill-Position: +1-0/1"]),
      ] {
        let bad = try await client.send("GET", target, "", fields: fields)
        #expect(bad.status == 400, "\(target), \(fields)")
        #expect(try bad.json["code"]?.text == "invalid_request", "\(bad.body)")
        #expect(bad.body.contains(#""field":"Waybill-Position""#), "\(bad.body)")
      }
      let dry = try await client.send(
        "POST", "/customers", #"{"id":"dry","name":"Demo Customer 8"}"#,
        fields: ["Content-Type: application/json", "Prefer: dry-run"])
      #expect(dry.status == 201)
      #expect(try await !client.get("/customers").body.contains(#""id":"dry""#))
    }
  }

  @Test("show a write whose position could not be found out, and its answer names none")
  func unknownPosition() async throws {
    try await Self.onReplica { replicated, _, standby in
      try await replicated.settle()
      try await replicated.pauseReplay()
      _ = try await blocking { [server = replicated.primary] in
        try server.sql(
          "REVOKE EXECUTE ON FUNCTION pg_current_wal_insert_lsn FROM public", database: "orders")
      }
      let answer = try await replicated.client.send(
        "POST", "/customers", #"{"id":"new","name":"Demo Customer 9"}"#,
        fields: ["Content-Type: application/json"])
      #expect(answer.status == 201, "\(answer.body)")
      #expect(answer.fields["Waybill-Position"] == nil)
      let reads = standby.reads
      #expect(try await replicated.client.get("/customers").body.contains(#""id":"new""#))
      #expect(standby.reads == reads)
      #expect(standby.readsByPrimary("unknown_position") > 0)
    }
  }

  @Test("show the write of an answer that was repeated by another instance")
  func repeatedAnswer() async throws {
    try await Self.onReplica { replicated, primary, _ in
      try await replicated.settle()
      try await replicated.pauseReplay()
      var answers: [ContractAnswer] = []
      for client in [primary, replicated.client] {
        answers.append(
          try await client.send(
            "POST", "/customers", #"{"id":"new","name":"Demo Customer 9"}"#,
            fields: ["Content-Type: application/json", "Idempotency-Key: repeated-1"]))
      }
      #expect(answers.map(\.status) == [201, 201])
      #expect(answers[0].body == answers[1].body)
      #expect(try #require(answers[1].fields["Waybill-Position"]) != "0-0/0")
      #expect(try await replicated.client.get("/customers").body.contains(#""id":"new""#))
    }
  }

  /// The ways in which a route is asked.
  private static func variants(of entry: MountedRoute, _ address: String) -> [String] {
    let names = entry.route.description.queryNames
    let base = names.contains("q") && address.hasSuffix("/search") ? "?q=demo" : "?"
    var variants = [base == "?" ? address : address + base]
    for query in ["limit=2", "total=exact", "total=estimate", "q=demo", "format=csv"] {
      guard names.contains(String(query.prefix { $0 != "=" })), !address.hasSuffix("/search")
      else { continue }
      variants.append("\(address)?\(query)")
    }
    return variants
  }
}

// MARK: - A primary and a standby

extension ReplicaRoutesTests {
  /// A client that reads from a standby.
  struct Replicated {
    /// Asks for a target, with further fields.
    typealias Reader = (String, [String]) async throws -> ContractAnswer

    let client: ContractClient
    let primary: TestServer
    let standby: TestServer
    fileprivate let figures: StandbyFigures

    /// Readers with a token each.
    func readers(_ count: Int) async throws -> [Reader] {
      let client = ContractClient(client.database, owner: client.owner, auth: .tokens)
      var readers: [Reader] = []
      for number in 1...count {
        let token = try await TokenRepository(client.owner).create(
          NewToken(role: .admin, name: Name("reader \(number)")!)!
        ).0
        readers.append { target, fields in
          try await client.send(
            "GET", target, "", fields: ["Authorization: Bearer \(token.secret)"] + fields)
        }
      }
      return readers
    }

    /// Has the standby show nothing newer from now on.
    func pauseReplay() async throws {
      try await blocking { [standby] in try standby.pauseReplay() }
    }

    /// Waits until the standby has everything, and is read from.
    func settle() async throws {
      let position = try await blocking { [primary] in
        try primary.sql("SELECT pg_current_wal_flush_lsn()")
      }
      try await blocking { [standby] in
        try standby.wait(until: "SELECT pg_last_wal_replay_lsn() >= '\(position)'")
      }
      try await eventually("the standby is read from") { figures.isUsed }
    }
  }

  /// What is counted of the standby.
  struct StandbyFigures {
    let replicas: Replicas
    let name: String

    private func number(_ figure: String, _ label: String) -> Int {
      var exposition = Exposition()
      replicas.figures.report(to: &exposition)
      return exposition.number(figure, label) ?? 0
    }

    var reads: Int { number("replica_reads_total", name) }
    var failures: Int { number("replica_failures_total", name) }
    var isUsed: Bool { number("replica_in_use", name) == 1 }

    /// Statements that the primary answered for this reason.
    func readsByPrimary(_ reason: String) -> Int {
      number("replica_reads_by_primary_total", reason)
    }
  }

  private static func onReplica(
    _ body: @escaping @Sendable (Replicated, ContractClient, StandbyFigures) async throws -> Void
  ) async throws {
    let (server, service) = try await TestServer.withOrders()
    let owner = server.connectionString(database: "orders") + " user=\(ClusterRole.owner.rawValue)"
    let standby = try await blocking {
      let standby = try TestServer(standbyOf: server)
      try standby.start()
      return standby
    }
    try await onLoop { loop in
      let copy = try ConnectionString(
        MigratedDatabase.as(.service, standby.connectionString(database: "orders")))
      let replicas = Replicas(copy, lagMax: .seconds(60))
      let monitor = ReplicaMonitor(replicas, primary: service, on: loop)
      monitor.start()
      var settings = PostgresSettings.patient
      settings.readConnections = 1
      let owners = Database(try ConnectionString(owner), settings: settings, on: loop)
      let plain = Database(service, settings: settings, on: loop)
      let reading = Database(service, settings: settings, replicas: replicas, on: loop)
      let figures = StandbyFigures(replicas: replicas, name: copy.serverName)
      let result: Result<Void, any Error>
      do {
        _ = try await DemoData(owners).insert()
        _ = try await owners.write("SELECT outcome FROM refresh_report(interval '0')")
        let client = ContractClient(reading, owner: owners)
        try await body(
          Replicated(client: client, primary: server, standby: standby, figures: figures),
          ContractClient(plain, owner: owners), figures)
        result = .success(())
      } catch {
        result = .failure(error is PostgresError ? DetailedError(error) : error)
      }
      await monitor.stop()
      for database in [owners, plain, reading] { await database.close() }
      try result.get()
    }
  }
}
