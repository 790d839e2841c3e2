import Glibc
import TestSupport
import Testing

@Suite("What the program tells those who run it")
struct ReportingTests {
  @Test("writes one line for each request, with its id, and never a secret")
  func accessLog() async throws {
    let conninfo = try await MigratedDatabase.make() + " password='hush-hush'"
    let program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    let agent = String(repeating: "a", count: 5_000)
    let client = try #require(PlainClient(port: port))
    client.send(
      "GET /products?limit=1 HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: my-request\r\n"
        + "Authorization: Bearer hush-token\r\nUser-Agent: till \"7\"\u{9f}\(agent)\r\n"
        + "Connection: close\r\n\r\n")

    #expect(await client.readToEnd().contains("X-Request-Id: my-request\r\n"))
    try await eventually("it is logged") { program.log.contains(#""request_id":"my-request""#) }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    #expect(program.log.contains(#""path":"/products","route":"/products","status":200"#))
    #expect(!program.log.contains("hush"))
    let shown = #""user_agent":"till \"7\""#
    let line = program.log.split(separator: "\n").first { $0.contains(shown) } ?? ""
    #expect(line.contains("aaa") && line.utf8.count < 700, "\(line)")
  }

  @Test("counts requests by route and shows its figures")
  func metrics() async throws {
    let program = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let port = try await program.port()
    for _ in 0..<3 { _ = await PlainClient.get("/products/none", port: port) }
    _ = await PlainClient.get("/\(String(repeating: "x", count: 100))", port: port)

    let text = await PlainClient.get("/metrics", port: port)

    #expect(
      text.contains(
        #"http_server_requests_total{site="main",route="/products/{id}","#
          + #"method="GET",status="4xx"} 3"#))
    #expect(text.contains(#"http_server_request_duration_seconds_count{contract="api"} 3"#))
    #expect(text.contains("postgres_connections"))
    #expect(!text.contains("xxxx"), "a client cannot name a time series")
  }
}
