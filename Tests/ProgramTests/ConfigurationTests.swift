import HTTPClient
import OrderAPI
import Telemetry
import TestSupport
import Testing

@testable import waybill

@Suite("The configuration")
struct ConfigurationTests {
  private func read(_ values: [String: String], cores: Int = 2) throws -> Configuration {
    try Configuration(Environment(values), cores: cores, onTerminal: false)
  }

  @Test("without any variable is a private database on this machine alone")
  func defaults() throws {
    let configuration = try read([:])

    #expect(configuration.database == .embedded(home: ".waybill"))
    #expect(configuration.host == "127.0.0.1" && configuration.port == 8_080)
    #expect(configuration.seedsDemoData)
    #expect(configuration.loops == 1 && configuration.connectionsPerLoop == 10)
    #expect(configuration.log == LogOptions(level: .info, format: .json))
  }

  @Test("with a database of somebody else's inserts nothing there unless asked")
  func external() throws {
    let configuration = try read(["DATABASE_URL": "postgresql://db/waybill"])

    #expect(configuration.database == .external(conninfo: "postgresql://db/waybill"))
    #expect(!configuration.seedsDemoData)
    #expect(try read(["DATABASE_URL": "x", "WAYBILL_SEED": "demo"]).seedsDemoData)
  }

  @Test("leaves half of the cores to the database", arguments: [(1, 1), (2, 1), (4, 2), (64, 32)])
  func loops(cores: Int, loops: Int) throws {
    let configuration = try read([:], cores: cores)

    #expect(configuration.loops == loops)
    #expect(configuration.connectionsPerLoop >= 5)
  }

  @Test("has its own server accept what it opens, the jobs and a person in psql")
  func serverConnections() throws {
    #expect(try read([:]).serverConnectionsMax == 100)
    #expect(try read(["WAYBILL_DB_CONNECTIONS": "400"]).serverConnectionsMax == 450)
  }

  typealias Refused = (variables: [String: String], line: String)
  static let refused: [Refused] = [
    (["PORT": "http"], "PORT=http must be a whole number from 0 to 65535"),
    (
      ["WAYBILL_RATE_BURST": "9"],
      "WAYBILL_RATE_BURST says nothing alone: set WAYBILL_RATE_LIMIT, too"
    ),
    (
      ["WAYBILL_BOOTSTRAP_TOKEN": "wb_secret"],
      "WAYBILL_BOOTSTRAP_TOKEN is no token: give it wb_ and 64 digits, as in "
        + "echo wb_$(openssl rand -hex 32)"
    ),
    (["WAYBILL_AUTH": "none"], "WAYBILL_AUTH=none must be one of: open, tokens"),
    (
      ["WAYBILL_CURRENCY": "eur"],
      "WAYBILL_CURRENCY=eur is no currency of ISO 4217: give its three capitals, as in EUR"
    ),
    (
      ["WAYBILL_CURRENCY": "KWD"],
      "WAYBILL_CURRENCY=KWD has 3 digits behind the point, and amounts have two here: "
        + "leave it unset"
    ),
    (["PORT": "65536"], "PORT=65536 must be a whole number from 0 to 65535"),
    (["WAYBILL_PROT": "1"], "WAYBILL_PROT is not a setting: `waybill settings` lists them"),
    (["WAYBILL_LOPS": "2"], "WAYBILL_LOPS is not a setting: did you mean WAYBILL_LOOPS?"),
    (["WAYBILL_SEED": "yes"], "WAYBILL_SEED=yes must be one of: demo, none"),
    (["LOG_LEVEL": "loud"], "LOG_LEVEL=loud must be one of: debug, error, info, notice, warning"),
    (
      ["WAYBILL_LOOPS": "4", "WAYBILL_DB_CONNECTIONS": "4"],
      "WAYBILL_DB_CONNECTIONS=4 is too few for 4 loops: give at least 8, or lower WAYBILL_LOOPS"
    ),
    (
      ["WAYBILL_REPLICA_LAG_MAX_MS": "100"],
      "WAYBILL_REPLICA_LAG_MAX_MS says nothing alone: set WAYBILL_REPLICA_URL, too"
    ),
    (
      ["WAYBILL_REPLICA_URL": "host=two"],
      "WAYBILL_REPLICA_URL says nothing alone: set DATABASE_URL, too"
    ),
    (
      ["DATABASE_URL_FILE": "/nowhere/url"],
      "DATABASE_URL_FILE names /nowhere/url, which cannot be read: check the path and its mode"
    ),
  ]

  @Test("that is wrong stops the start with one line that says cause and cure", arguments: refused)
  func refusal(_ example: Refused) {
    let error = #expect(throws: ConfigurationError.self) { try read(example.variables) }

    #expect(error?.description == example.line)
  }

  @Test("names each replica once")
  func replicaTwice() throws {
    let configuration = try read([
      "DATABASE_URL": "host=one", "WAYBILL_REPLICA_URL": "host=two,three,two port=5432",
    ])
    let error = #expect(throws: ConfigurationError.self) {
      try RunningDatabase.refuseUnusableTargets(configuration)
    }
    #expect(error?.description == "WAYBILL_REPLICA_URL names two:5432 twice: name it once")
  }

  @Test(
    "reads each variable by itself: a value that is not text hides no other one",
    arguments: [
      ("PORT=abc", "PORT=abc must be a whole number from 0 to 65535"),
      ("WAYBILL_X=1", "WAYBILL_X is not a setting: `waybill settings` lists them"),
      ("HOST=a\u{FF}", "HOST has a value that is not UTF-8: set it again as plain text"),
      (
        "DATABASE_URL_FILE=\u{FF}",
        "DATABASE_URL_FILE has a value that is not UTF-8: set it again as plain text"
      ),
      ("WAYBILL_X=\u{FF}", "WAYBILL_X is not a setting: `waybill settings` lists them"),
      ("WAYBILL_\u{FF}=1", "WAYBILL_\u{FFFD} is not a setting: `waybill settings` lists them"),
    ])
  func illegible(entry: String, line: String) {
    // Latin-1: each character is its byte.
    let entries = ["X=\u{FF}", "no variable", entry].map { text in
      text.unicodeScalars.map { UInt8($0.value) }
    }

    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(Environment(entries: entries), cores: 2, onTerminal: false)
    }

    #expect(error?.description == line)
  }

  @Test("does not mind what is not text in somebody else's variable")
  func foreignIllegible() throws {
    let environment = Environment(entries: [Array("X=".utf8) + [0xFF], Array("PORT=1234".utf8)])

    #expect(try Configuration(environment, cores: 2, onTerminal: false).port == 1_234)
  }

  typealias Door = (variables: [String: String], onLoopback: Bool, isOpen: Bool)
  static let doors: [Door] = [
    ([:], true, true), ([:], false, false), (["HOST": "127.0.0.1"], false, false),
    (["HOST": "0.0.0.0"], true, true), (["DATABASE_URL": "x"], true, false),
    (["DATABASE_URL": "x"], false, false), (["WAYBILL_AUTH": "tokens"], true, false),
    (["WAYBILL_AUTH": "open"], false, true),
    (["DATABASE_URL": "x", "WAYBILL_AUTH": "open"], false, true),
  ]

  @Test(
    "asks for tokens unless data and bound address are this machine's own, or somebody decided",
    arguments: doors)
  func door(_ example: Door) throws {
    let configuration = try read(example.variables)

    #expect((configuration.mode(onLoopback: example.onLoopback) == .open) == example.isOpen)
  }

  @Test("knows the names that the service goes by")
  func hosts() throws {
    #expect(try read([:]).hosts == ["127.0.0.1"])
    #expect(
      try read([
        "HOST": "::", "WAYBILL_ALLOWED_HOSTS": "shop.example.org, 192.0.2.7,[2001:db8::1]",
        "WAYBILL_PUBLIC_URL": "http://waybill:8080/below",
      ]).hosts == ["[::]", "shop.example.org", "192.0.2.7", "[2001:db8::1]", "waybill"])
    #expect(try read(["WAYBILL_PUBLIC_URL": "http://[2001:db8::1]:80"]).hosts[1] == "[2001:db8::1]")
    for wrong in ["a:8080", "http://a", "a,,b", "*", "a/b", "2001:db8::1"] {
      #expect(throws: ConfigurationError.self, "\(wrong)") {
        try read(["WAYBILL_ALLOWED_HOSTS": wrong])
      }
    }
  }

  @Test("limits nobody's rate unless told to, and fills a bucket that is as large as the rate")
  func rate() throws {
    #expect(try read([:]).rateLimit == nil)
    #expect(try read(["WAYBILL_RATE_LIMIT": "5"]).rateLimit == RateLimit(rate: 5, burst: 5))
    #expect(
      try read(["WAYBILL_RATE_LIMIT": "5", "WAYBILL_RATE_BURST": "9"]).rateLimit
        == RateLimit(rate: 5, burst: 9))
  }

  @Test("is described in docs/configuration.md as the code has it")
  func page() throws {
    let page = try #require(readFile(RepositoryRoot.path + "/docs/configuration.md"))

    #expect(page.contains(Settings.markdown), "paste the output of `waybill settings`")
  }

  @Test("knows how many requests it works on at once, and how long others wait")
  func shares() throws {
    let defaults = try read([:])
    #expect(defaults.requestsAtOnce == 256)
    #expect(defaults.turnDeadline == .seconds(2))

    let other = try read(["WAYBILL_REQUESTS_AT_ONCE": "16", "WAYBILL_REQUEST_WAIT_MS": "0"])
    #expect(other.requestsAtOnce == 16)
    #expect(other.turnDeadline == .zero)
    #expect(
      throws: ConfigurationError(
        "WAYBILL_REQUESTS_AT_ONCE=15 must be a whole number from 16 to 4096")
    ) { try read(["WAYBILL_REQUESTS_AT_ONCE": "15"]) }
  }

  @Test("knows where the process service is, and where that finds us")
  func orderProcess() throws {
    let off = try read([:])
    #expect(off.orderProcess == nil && off.publicURL == nil)
    #expect(off.orderProcessTimeout == .seconds(5))

    let on = try read([
      "WAYBILL_ORDER_PROCESS_URL": "http://order-process:8000",
      "WAYBILL_PUBLIC_URL": "http://waybill:8080/", "WAYBILL_ORDER_PROCESS_TIMEOUT_MS": "200",
    ])
    #expect(on.orderProcess?.text == "http://order-process:8000")
    #expect(on.publicURL?.text == "http://waybill:8080")
    #expect(on.orderProcessTimeout == .milliseconds(200))

    for name in ["WAYBILL_ORDER_PROCESS_URL", "WAYBILL_PUBLIC_URL"] {
      #expect(
        throws: ConfigurationError(
          "\(name) is no address: give it as http://host:port, without https, query "
            + "or password")
      ) { try read([name: "http://user:secret@a"]) }
    }
  }
}
