import Postgres
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The console of a running service")
struct ConsoleTests {
  /// A browser, as far as its requests go.
  private struct Browser {
    let port: UInt16
    var cookie = ""

    /// One request; the whole answer.
    func send(
      _ line: String, _ body: String = "", _ fields: [String] = []
    ) async throws -> String {
      let client = try #require(PlainClient(port: port))
      let all =
        ["\(line) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + fields
        + ["Sec-Fetch-Site: same-origin", "Origin: http://127.0.0.1:\(port)"]
        + (cookie.isEmpty ? [] : ["Cookie: \(cookie)"])
        + (body.isEmpty
          ? [] : ["Content-Type: application/json", "Content-Length: \(body.utf8.count)"])
      client.send(all.joined(separator: "\r\n") + "\r\n\r\n" + body)
      return await client.readToEnd()
    }

    mutating func logIn(_ token: String) async throws -> String {
      let answer = try await send("POST /console/session", #"{"token":"\#(token)"}"#)
      if let set = answer.firstMatch(of: /\r\nSet-Cookie: (waybill=[0-9a-f]{64});/) {
        cookie = String(set.1)
      }
      return answer
    }
  }

  private static func token(_ variables: [String: String], _ role: String) async throws -> String {
    let program = try RunningProgram(variables, arguments: ["token", "create", "--role", role])
    #expect(await program.exitCode() == 0, "\(program.log)")
    return String(try #require(program.log.split(separator: "\n").first { $0.hasPrefix("wb_") }))
  }

  @Test("is one page and its files, each kept as long as it may be")
  func files() async throws {
    let service = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let browser = Browser(port: try await service.port())

    let root = try await browser.send("GET /")
    #expect(root.hasPrefix("HTTP/1.1 303 ") && root.contains("\r\nLocation: /console\r\n"))
    let page = try await browser.send("GET /console/orders/1")
    #expect(page.hasPrefix("HTTP/1.1 200 ") && page.contains("\r\nCache-Control: no-cache\r\n"))
    for field in [
      "Content-Type: text/html; charset=utf-8", "X-Content-Type-Options: nosniff",
      "Referrer-Policy: no-referrer", "Cross-Origin-Opener-Policy: same-origin",
    ] {
      #expect(page.contains("\r\n\(field)\r\n"), "\(field)")
    }
    #expect(page.contains("frame-ancestors 'none'"))
    let address = try #require(page.firstMatch(of: #/"(/console/[0-9a-f]{16}/[a-z]+\.js)"/#)).1
    let script = try await browser.send("GET \(address)")
    #expect(script.contains("\r\nCache-Control: public, max-age=31536000, immutable\r\n"))
    #expect(script.contains("\r\nX-Content-Type-Options: nosniff\r\n"))
    let head = try await browser.send("HEAD \(address)")
    #expect(head.hasPrefix("HTTP/1.1 200 ") && head.hasSuffix("\r\n\r\n"))
    let missing = try await browser.send("GET /console/nowhere")
    #expect(missing.hasPrefix("HTTP/1.1 404 ") && missing.contains(#""code":"unknown_route""#))
    #expect(missing.contains("\r\nCache-Control: no-store\r\n"))
    let post = try await browser.send("POST /console/orders", "{}")
    #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"))
    let metrics = try await browser.send("GET /metrics")
    for (route, method) in [("/console", "GET"), ("/console/{version}/{file}", "GET")] {
      #expect(
        metrics.contains(
          #"http_server_requests_total{site="main",route="\#(route)",method="\#(method)","#
            + #"status="2xx"}"#), "\(route)")
    }
  }

  @Test("lets a browser in on every instance, and out; no log and no address has a secret")
  func sessions() async throws {
    let variables = ["DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_AUTH": ""]
    let service = try RunningProgram(variables)
    let second = try RunningProgram(variables)
    let admin = try await Self.token(variables, "admin")
    let clerk = try await Self.token(variables, "retailer")
    var browser = Browser(port: try await service.port())
    #expect(try await browser.send("GET /console/session").hasPrefix("HTTP/1.1 401 "))
    let logIn = try await browser.logIn(clerk)
    #expect(logIn.hasPrefix("HTTP/1.1 201 ") && browser.cookie != "", "\(logIn)")
    #expect(logIn.contains("; Path=/; HttpOnly; SameSite=Strict\r\n"))
    let elsewhere = Browser(port: try await second.port(), cookie: browser.cookie)
    let orders = try await elsewhere.send("GET /orders")
    #expect(orders.hasPrefix("HTTP/1.1 200 ") && orders.contains("\r\nCache-Control: no-store\r\n"))

    let metrics = try await browser.send("GET /metrics", "", ["Authorization: Bearer \(admin)"])
    #expect(metrics.contains("\nconsole_log_ins_total 1\n"), "\(metrics)")
    let revoke = try RunningProgram(variables, arguments: ["token", "revoke", "2"])
    #expect(await revoke.exitCode() == 0)
    for instance in [browser, elsewhere] {
      try await eventually("the session is over") {
        try await instance.send("GET /orders").hasPrefix("HTTP/1.1 401 ")
      }
    }
    try await eventually("the log-in is in the log, with its token's number") {
      service.log.split(separator: "\n").contains {
        $0.contains(#""method":"POST","path":"/console/session""#)
          && $0.contains(#""status":201,"#) && $0.contains(#""token":2"#)
      }
    }
    let secret = String(browser.cookie.dropFirst("waybill=".count))
    for log in [service.log, second.log] {
      #expect(!log.contains(secret) && !log.contains(clerk) && !log.contains(admin))
    }
    #expect(!logIn.split(separator: "\r\n\r\n")[1].contains(secret))
  }

  @Test("shows an admin how the service is doing")
  func system() async throws {
    let service = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let browser = Browser(port: try await service.port())
    _ = try await browser.send("GET /orders")
    var answer = ""
    // An open transaction of another test on the same server may hold the feed back for a while.
    try await eventually("the feed has no lag") {
      answer = try await browser.send("GET /system")
      return answer.contains(#""lag_seconds":0.000"#)
    }
    let version = try Schema.migrator().files.count

    #expect(answer.hasPrefix("HTTP/1.1 200 "))
    for part in [
      #""version":"\#(BuildFacts.version)""#, #""ready":true"#, #""reads":"ok""#,
      #"{"version":1,"name":"products","applied_at":"#,
      #"{"version":\#(version),"name":"console","#,
      #""refresh_interval_seconds":120"#, #""configured":false"#,
      #""breaker_open":false"#, #""sample_seconds":15"#, #""samples":[{"at":"#,
    ] {
      #expect(answer.contains(part), "\(part): \(answer)")
    }
    // Its own request, and its own connection, at least.
    #expect(try #require(answer.firstMatch(of: /"http":(\d+)/)).1 != "0")
    #expect(try #require(answer.firstMatch(of: /"in_flight":(\d+)/)).1 != "0")
    #expect(try #require(answer.firstMatch(of: /"database":(\d+)/)).1 != "0")
  }

  @Test("comes from a folder for those who work on it")
  func folder() async throws {
    let folder = try TemporaryFolder()
    let variables = ["DATABASE_URL": try await MigratedDatabase.make()]
    let arguments = ["serve", "--console-from", folder.path]
    let refused = try RunningProgram(variables, arguments: arguments)
    #expect(await refused.exitCode() == 1)
    #expect(refused.log.contains("there is no index.html to be read"), "\(refused.log)")

    try folder.write(Array("first".utf8), to: "index.html")
    let service = try RunningProgram(variables, arguments: arguments)
    let browser = Browser(port: try await service.port())
    let first = try await browser.send("GET /console")
    try folder.write(Array("second".utf8), to: "index.html")
    let second = try await browser.send("GET /console")

    #expect(first.hasSuffix("\r\n\r\nfirst") && second.hasSuffix("\r\n\r\nsecond"))
    #expect(second.contains("\r\nCache-Control: no-store\r\n"))
  }
}
