import Console
import EventLoop
import HTTP
import HTTPServer
import Jobs
import OrderAPI
import Postgres
import Telemetry
import TestSupport
import Testing

@testable import waybill

@Suite("The figures")
struct MetricsTests {
  @Test("are listed in docs/metrics.md; `swift run waybill metrics > docs/metrics.md` renews it")
  func documentation() throws {
    let committed = try #require(readFile(RepositoryRoot.path + "/docs/metrics.md"))

    #expect(try Metrics.documentation == committed)
  }

  @Test("are what the alerts of docs/operations.md are about")
  func alerts() throws {
    let page = try #require(readFile(RepositoryRoot.path + "/docs/operations.md"))
    let documentation = try Metrics.documentation
    let expressions = page.matches(of: /expr: (.+)/).map(\.1)
    #expect(expressions.count >= 4)
    // `up` is what Prometheus itself knows.
    for expression in expressions where !expression.hasPrefix("up{") {
      let names = expression.matches(of: /[a-z]+_[a-z_]+/).map(\.0)
      #expect(!names.isEmpty, "\(expression)")
      for name in names { #expect(documentation.contains("| `\(name)` |"), "\(name)") }
    }
  }

  private func shared() throws -> Shared {
    let configuration = try Configuration(Environment([:]))
    return Shared(
      configuration: configuration, auth: .tokens, target: try ConnectionString(""),
      requestTarget: try ConnectionString(""),
      replicas: Replicas(try ConnectionString("host=one,two"), lagMax: .seconds(1)),
      log: Log(configuration.log), schemaVersion: 0, address: "", console: Console([]))
  }

  private func series(_ shared: Shared, _ table: RouteTable) -> [Substring] {
    let text = shared.metrics.exposition(shared.access, table).text
    return String(decoding: text, as: UTF8.self).split(separator: "\n").filter {
      !$0.hasPrefix("#")
    }
  }

  @Test("are no more than the route table allows, whatever was asked and answered in a year")
  func ceiling() throws {
    let shared = try shared()
    let table = shared.routes
    let figures = shared.metrics.forLoop().requests
    let before = series(shared, table).count
    let methods = [
      "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "other",
      "none",
    ]
    let statuses = [200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429]
    for path in table.paths + table.sites.map({ ($0, "none") }) {
      for method in methods {
        for status in statuses + [500, 503] {
          figures.count(
            .init(site: path.site, route: path.route, method: method, status: status),
            nanoseconds: 1_000_000)
        }
      }
    }

    let lines = series(shared, table)

    // Of each route its methods and all other methods together, and what is no route; with 2xx,
    // 3xx, 4xx and 5xx each.
    let counters = 4 * (table.offers + table.paths.count + table.sites.count)
    // All contracts, the operations, the console's files and what is no route; with a sum, a count
    // and the buckets.
    let histograms = (Contract.additional.count + 4) * (Histogram.bounds.count + 3)
    #expect(lines.count == before + counters + histograms)
    #expect(Set(lines.map { $0.prefix { $0 != " " } }).count == lines.count, "each series is one")
    let main = lines.filter { !$0.contains("site=") || $0.contains(#"site="main""#) }
    #expect(main.count < 800, "\(main.count) of a service that has one port")
  }

  @Test("tell routes, methods and classes of status apart, and add up what is alike")
  func labels() throws {
    let shared = try shared()
    let table = shared.routes
    for loop in [shared.metrics.forLoop(), shared.metrics.forLoop()] {
      for (method, status) in [("GET", 200), ("HEAD", 304), ("GET", 404), ("BREW", 405)] {
        loop.requests.count(
          .init(site: "main", route: "/orders/{id}", method: method, status: status),
          nanoseconds: 20_000_000)
      }
    }

    let lines = series(shared, table)

    for (method, status, count) in [
      ("GET", "2xx", 2), ("GET", "3xx", 2), ("GET", "4xx", 2), ("other", "4xx", 2),
    ] {
      let line =
        #"http_server_requests_total{site="main",route="/orders/{id}",method="\#(method)","#
        + #"status="\#(status)"} \#(count)"#
      #expect(lines.contains { $0 == line }, "\(line)")
    }
    for (bound, count) in [("0.01", 0), ("0.025", 8), ("+Inf", 8)] {
      let line =
        #"http_server_request_duration_seconds_bucket{contract="api",le="\#(bound)"} \#(count)"#
      #expect(lines.contains { $0 == line }, "\(line)")
    }
    #expect(
      lines.contains { $0 == #"http_server_request_duration_seconds_sum{contract="api"} 0.16"# })
  }
}

extension RouteTable {
  /// How many routes there are on all ports.
  fileprivate var offers: Int { methodsByPath.reduce(0) { $0 + $1.methods.count } }
  fileprivate var paths: [(site: String, route: String)] {
    methodsByPath.map { ($0.site, $0.route) }
  }
  fileprivate var sites: Set<String> { Set(methodsByPath.map(\.site)) }
}
