import OrderAPI
import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("A port of a contract's own")
struct PortTests {
  @Test("serves that contract at its root and nothing else, under its name")
  func ownPort() async throws {
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_STOREFRONT_PORT": "0",
    ])
    let main = try await program.port()
    try await eventually("it is announced") { program.log.contains(#""contract":"#) }
    let own = try program.port(of: "storefront")

    let below = await PlainClient.body(of: "/storefront/orders", port: main)
    let root = await PlainClient.body(of: "/orders", port: own)
    #expect(root == #"{"message":"Cannot GET /orders","error":"Not Found","statusCode":404}"#)
    #expect(below == root)
    for path in ["/livez", "/metrics", "/products", "/storefront/orders"] {
      let body = await PlainClient.body(of: path, port: own)
      #expect(body == #"{"message":"Cannot GET \#(path)","error":"Not Found","statusCode":404}"#)
    }
    let unread = try #require(PlainClient(port: own))
    unread.send("nonsense\r\n\r\n")
    #expect(await unread.readToEnd().hasSuffix(#""error":"Bad Request","statusCode":400}"#))

    let metrics = await PlainClient.body(of: "/metrics", port: main)
    #expect(
      metrics.contains(
        #"http_server_requests_total{site="storefront",route="none","#
          + #"method="other",status="4xx"} 5"#))
    program.signal(15)
    #expect(await program.exitCode() == 0)
    #expect(program.log.contains(#""site":"storefront","method":"GET","path":"/livez""#))
  }

  @Test("that is taken stops the start with the name of its setting")
  func taken() async throws {
    let conninfo = try await MigratedDatabase.make()
    let first = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await first.port()

    let second = try RunningProgram([
      "DATABASE_URL": conninfo, "WAYBILL_STOREFRONT_PORT": "\(port)",
    ])

    #expect(await second.exitCode() == 1)
    #expect(second.log.split(separator: "\n").count == 1)
    #expect(
      second.log.contains(
        "127.0.0.1:\(port) is in use: stop what listens there, "
          + "or set WAYBILL_STOREFRONT_PORT to another one"))
  }

  @Test("is a setting of every contract, off unless it is given")
  func settings() throws {
    for contract in Contract.additional {
      let name = "WAYBILL_\(contract.name.uppercased())_PORT"
      #expect(Settings.all.contains { $0.name == name })
      let given = try Configuration(Environment([name: "3000"]))
      #expect(given.contractPorts == [contract.name: 3_000])
      #expect(throws: ConfigurationError("\(name)=x must be a whole number from 0 to 65535")) {
        try Configuration(Environment([name: "x"]))
      }
    }
    #expect(try Configuration(Environment([:])).contractPorts.isEmpty)
    #expect(throws: ConfigurationError.self) {
      try Configuration(Environment(["WAYBILL_STOREFRONT_PROT": "3000"]))
    }
  }

  /// How a host is written, whether others reach what it leads to, and what the log says of it.
  static let hosts: [(host: String, isOpen: Bool, url: String)] = [
    ("127.1", true, "http://127.0.0.1:"), ("localhost", true, "http://127.0.0.1:"),
    ("0", false, "http://0.0.0.0:"), ("0.0", false, "http://0.0.0.0:"),
    ("::ffff:127.0.0.1", true, "http://[::ffff:127.0.0.1]:"), ("0x0", false, "http://0.0.0.0:"),
  ]

  @Test(
    "asks for tokens where others reach the address that was bound, however it is written",
    .serialized, arguments: hosts)
  func bound(_ example: (host: String, isOpen: Bool, url: String)) async throws {
    let home = TestCluster.makeHome()
    defer { _ = LocalCluster.removeAbandoned(home: home) }
    let program = try RunningProgram([
      "WAYBILL_HOME": home, "HOST": example.host, "WAYBILL_AUTH": "", "WAYBILL_SEED": "none",
    ])
    try await eventually("it listens; its log: \(program.log)", within: .seconds(60)) {
      program.log.contains(example.url)
    }
    let port = try #require(
      program.log.firstMatch(of: #/"url":"http:[^"]*:(\d+)"/#).flatMap { UInt16($0.1) })
    // What is bound to a wrapped address is reached by the one within.
    let answer = await PlainClient.get("/products", port: port)

    #expect(answer.hasPrefix("HTTP/1.1 \(example.isOpen ? 200 : 401) "), "\(answer)")
    program.signal(15)
    // The last checkpoint of its database waits for a disk that other tests use, too.
    #expect(await program.exitCode(within: 150) == 0, "its log: \(program.log)")
    #expect(program.log.contains("may do everything") == false)
  }

  @Test("that others reach is open only when somebody says so, and then with a warning")
  func openToOthers() async throws {
    let program = try RunningProgram([
      "DATABASE_URL": try await MigratedDatabase.make(), "HOST": "0",
    ])
    try await eventually("it warns; its log: \(program.log)") {
      program.log.contains("whoever reaches this address may do everything")
    }
    #expect(program.log.contains(#""host":"0.0.0.0""#))
  }
}
