import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Postgres

@Suite("Connecting")
struct ConnectTests {
  static let strings: [(text: String, hosts: [ConnectionString.Host])] = [
    ("host=a,b port=1,2", [.init(name: "a", port: "1"), .init(name: "b", port: "2")]),
    ("host=a,b port=7", [.init(name: "a", port: "7"), .init(name: "b", port: "7")]),
    (
      "postgresql://u:p@a:1,b:2/d?target_session_attrs=read-write",
      [.init(name: "a", port: "1"), .init(name: "b", port: "2")]
    ),
    ("hostaddr=::1 port=1", [.init(address: "::1", port: "1")]),
    ("host=/run/x port=1", [.init(name: "/run/x", port: "1")]),
  ]

  @Test("reads the servers out of a connection string", arguments: strings)
  func parsed(text: String, hosts: [ConnectionString.Host]) throws {
    #expect(try ConnectionString(text).hosts == hosts)
  }

  @Test(
    "refuses an invalid connection string, and does not repeat it",
    arguments: [
      "host=a,b port=1,2,3", "host=a,b hostaddr=127.0.0.1", "nonsense", "host=a secret=1",
      "host=a\0b", "host=a port=99999", "host=a,b port=1,0", "postgresql://u:se@cret:secret@a/d",
      "host=" + Array(repeating: "a", count: 17).joined(separator: ","),
    ])
  func refused(text: String) {
    let error = #expect(throws: PostgresError.self) { try ConnectionString(text) }
    #expect(error.map { String(reflecting: $0).contains("secret") } == false)
  }

  @Test(
    "names the value that libpq does not know, before any server is asked",
    arguments: [
      ("postgresql://u:secret@a/d?sslmode=bad", #"invalid sslmode value: "bad""#),
      ("password=secret target_session_attrs=foo", #"invalid target_session_attrs value: "foo""#),
      ("password=secret service=none", #"definition of service "none" not found"#),
      ("password=secret keepalives=abc", #"invalid integer value "abc" for keepalives"#),
      ("connect_timeout=1s", #"invalid integer value "1s" for connect_timeout"#),
    ])
  func unknownValue(text: String, reason: String) throws {
    let error = #expect(throws: PostgresError.self) {
      try ConnectionString(text).refuseUnknownValues()
    }
    #expect(error.map { String(reflecting: $0) } == "connection string: " + reason)
  }

  @Test(
    "accepts every string that libpq can use",
    arguments: [
      "", "host=a,/b,@c port=1,,3", "hostaddr=::1", "postgresql://u:p@name.invalid/d?port=%205",
      "host=a,b target_session_attrs=prefer-standby", "sslmode=verify-full sslrootcert=/nowhere",
      "keepalives=1 keepalives_idle=' 30 ' tcp_user_timeout=0",
    ])
  func usable(text: String) throws { try ConnectionString(text).refuseUnknownValues() }

  @Test(
    "looks up the address of names only",
    arguments: [
      ("localhost", true), ("db.example.org", true), ("127.0.0.1", false), ("::1", false),
      ("/run/postgresql", false), ("@abstract", false), ("", false),
    ])
  func needsResolving(name: String, expected: Bool) {
    #expect(ConnectionString.Host(name: name).needsResolving == expected)
    #expect(!ConnectionString.Host(name: name, address: "127.0.0.1").needsResolving)
  }

  @Test(
    """
    tries every address, the last good one first, one that was silent last, and standbys before \
    others if that is asked for
    """)
  func plan() {
    let hosts = ["a", "/b", "nobody"].map { ConnectionString.Host(name: $0, port: "1") }
    let addresses = ["a": ["::1", "127.0.0.1"]]
    func tried(
      _ attributes: String, preferred: ConnectionString.Host? = nil,
      silent: [ConnectionString.Host] = []
    ) -> [String] {
      var plan = ConnectPlan(
        hosts: hosts, addresses: addresses, sessionAttributes: attributes, preferred: preferred,
        silent: silent)
      var tried: [String] = []
      while let next = plan.next() {
        tried.append("\(next.host.name) \(next.host.address) \(next.sessionAttributes)")
      }
      return tried
    }
    #expect(tried("any") == ["a ::1 any", "a 127.0.0.1 any", "/b  any"])
    #expect(tried("any", preferred: hosts[1]).first == "/b  any")
    #expect(tried("any", preferred: hosts[1], silent: [hosts[1]]).last == "/b  any")
    let both = tried("any", silent: [hosts[1], .init(name: "a", address: "::1", port: "1")])
    #expect(both == ["a 127.0.0.1 any", "/b  any", "a ::1 any"])
    #expect(
      tried("prefer-standby").map { $0.split(separator: " ").last } == [
        "standby", "standby", "standby", "any", "any", "any",
      ])
  }

  @Test("goes on to the next server when one is absent, silent or of the wrong kind")
  func severalHosts() async throws {
    let direct = try TestCluster.shared.makeDatabase()
    let silent = Proxy(socketFolder: folder(of: direct))
    let good = Proxy(socketFolder: folder(of: direct))
    silent.set(.swallow)
    defer {
      silent.stop()
      good.stop()
    }
    let text = through(good, to: direct, host: "/nowhere,localhost,localhost")
      .replacing("port=\(good.port)", with: "port=1,\(silent.port),\(good.port)")
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(2)
    for attributes in ["any", "read-write", "prefer-standby"] {
      let target = try ConnectionString(text + " target_session_attrs=\(attributes)")
      try await onLoop { [settings] loop in
        let session = try await Session.open(target, settings: settings, on: loop)
        let one = try await session.rows("SELECT \(1)")[0].int(0)
        #expect(one == 1)
        session.close()
      }
    }
  }

  @Test(
    "fails with a reason when no server is suitable",
    arguments: ["host=/nowhere", "host=name.invalid", "host=127.0.0.1 port=1"])
  func unreachable(text: String) async throws {
    try await onLoop { loop in
      let target = try ConnectionString(text + " user=x dbname=x")
      let start = loop.now
      do throws(PostgresError) {
        _ = try await Session.open(target, on: loop)
        Issue.record("connected to \(text)")
      } catch {
        guard case .unavailable = error else {
          Issue.record("\(String(reflecting: error))")
          return
        }
        #expect(error.description == "database error")
      }
      #expect(loop.now - start < .seconds(30))
    }
  }

  @Test("gives up on a server that accepts and does not answer, within its deadline")
  func silent() async throws {
    let direct = try TestCluster.shared.makeDatabase()
    let proxy = Proxy(socketFolder: folder(of: direct))
    proxy.set(.swallow)
    defer { proxy.stop() }
    var settings = PostgresSettings()
    settings.connectTimeout = .milliseconds(200)
    let target = try ConnectionString(through(proxy, to: direct))
    try await onLoop { [settings] loop in
      let database = Database(target, settings: settings, on: loop)
      let error = await database.failure(reading: "SELECT 1")
      guard case .unavailable = error else {
        Issue.record("\(String(reflecting: error))")
        return
      }
      proxy.set(.none)
      try await eventually("it connects once the server speaks") {
        await database.failure(reading: "SELECT 1") == nil
      }
      await database.close()
    }
  }

  @Test("gives every connection its settings")
  func serverSettings() async throws {
    try await withDatabase(PostgresSettings()) { database, _ in
      let row = try await database.read(
        """
        SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),
               current_setting('idle_in_transaction_session_timeout'), current_setting('timezone'),
               current_setting('plan_cache_mode'), current_setting('application_name'),
               current_setting('client_encoding')
        """)[0]
      let values = try (0..<7).map { column throws(PostgresError) in try row.text(column) }
      #expect(
        values == ["2s", "1500ms", "600ms", "UTC", "force_generic_plan", "waybill", "UTF8"])
    }
  }

  @Test("decides the form of values itself, whatever the connection string says")
  func formOfValues() async throws {
    let text =
      try TestCluster.shared.makeDatabase() + " client_encoding=LATIN1 options="
      + "'-c timezone=Asia/Tokyo -c datestyle=German -c client_encoding=LATIN1 -c jit=off'"
    let shown: SQL = """
      SELECT current_setting('client_encoding'), current_setting('timezone'),
             split_part(current_setting('datestyle'), ',', 1), current_setting('jit'), 'ä'
      """
    try await onLoop { loop in
      let target = try ConnectionString(text)
      let session = try await Session.open(target, on: loop)
      let database = Database(target, settings: .patient, on: loop)
      for row in [try await session.rows(shown)[0], try await database.read(shown)[0]] {
        let values = try (0..<5).map { column throws(PostgresError) in try row.text(column) }
        #expect(values == ["UTF8", "UTC", "ISO", "off", "ä"])
      }
      session.close()
      await database.close()
    }
  }
}
