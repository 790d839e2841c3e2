import Testing

@testable import Telemetry

@Suite("A figure")
struct FigureTests {
  enum Fruit: String, CaseIterable { case apple, pear }

  /// One loop's share of some figures.
  final class Group: FigureGroup {
    let eaten = Counter("eaten_total", "What was eaten")
    let note = "not a figure"
    let waits = LoopCounter("wait_seconds_total", unit: .nanoseconds, "How long was waited")
    let stock = Labelled<Fruit, Gauge>("stock", by: "fruit", "What is left")
  }

  private func text(_ groups: Group...) -> String {
    var exposition = Exposition()
    for group in groups { group.report(to: &exposition) }
    return String(decoding: exposition.text, as: UTF8.self)
  }

  @Test("is shown with its name, kind and meaning, in the order of declaration, from zero on")
  func declared() {
    #expect(
      text(Group()) == """
        # HELP eaten_total What was eaten
        # TYPE eaten_total counter
        eaten_total 0
        # HELP wait_seconds_total How long was waited
        # TYPE wait_seconds_total counter
        wait_seconds_total 0.0
        # HELP stock What is left
        # TYPE stock gauge
        stock{fruit="apple"} 0
        stock{fruit="pear"} 0

        """)
  }

  @Test("of several loops is added up, label by label, and described once")
  func addedUp() {
    let (one, other) = (Group(), Group())
    one.eaten.add(2)
    other.eaten.add()
    one.waits.add(1_500_000_000)
    other.waits.add(500_000_000)
    one.stock[.pear].set(4)
    other.stock[.pear].set(3)
    other.stock[.pear].subtract()

    let lines = text(one, other).split(separator: "\n").filter { !$0.hasPrefix("#") }

    #expect(
      lines == [
        "eaten_total 3", "wait_seconds_total 2.0", "stock{fruit=\"apple\"} 0",
        "stock{fruit=\"pear\"} 6",
      ])
  }

  @Test("that has a ceiling does not pass it")
  func ceiling() {
    let gauge = Gauge("open", "What is open")
    #expect([gauge.add(upTo: 2), gauge.add(upTo: 2), gauge.add(upTo: 2)] == [true, true, false])
    #expect(gauge.value == 2)
  }

  @Test("counts what several threads add at the same time, and loses nothing")
  func threads() async {
    let counter = Counter("total", "All")
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<10_000 { counter.add() } }
      }
    }
    #expect(counter.value == 40_000)
  }

  @Test("writes quotes, backslashes and line breaks of a label so that its line stays one")
  func labels() {
    var exposition = Exposition()
    let description = FigureDescription(.gauge, "info", labels: ["text"], "Text")
    exposition.add(description, labels: ["a\"b\\c\nd"], value: 1)
    let lines = String(decoding: exposition.text, as: UTF8.self).split(separator: "\n")
    #expect(lines.last == #"info{text="a\"b\\c d"} 1"#)
  }

  @Test("is listed in a table, with its labels")
  func table() {
    var exposition = Exposition()
    Group().report(to: &exposition)
    #expect(
      exposition.table == """
        | name | kind | labels | meaning |
        | --- | --- | --- | --- |
        | `eaten_total` | counter |  | What was eaten |
        | `wait_seconds_total` | counter |  | How long was waited |
        | `stock` | gauge | `fruit` | What is left |

        """)
  }
}

@Suite("The figures of requests")
struct RequestFiguresTests {
  private func lines(_ loops: [RequestFigures]) -> [Substring] {
    var exposition = Exposition()
    RequestFigures.report(
      loops, to: &exposition,
      labels: { [$0.site, $0.route, $0.method, "\($0.status / 100)xx"] }, contract: { $0.site })
    return String(decoding: exposition.text, as: UTF8.self).split(separator: "\n")
  }

  @Test("count a time in the first bucket that holds it, and in all above")
  func buckets() {
    let figures = RequestFigures()
    let key = RequestFigures.Key(site: "main", route: "/", method: "GET", status: 200)
    for nanoseconds in [1_000_000, 1_000_001, 6_000_000_000] as [Int64] {
      figures.count(key, nanoseconds: nanoseconds)
    }

    let lines = lines([figures])

    let name = "http_server_request_duration_seconds"
    for (bound, count) in [("0.001", 1), ("0.005", 2), ("5.0", 2), ("+Inf", 3)] {
      let line = #"\#(name)_bucket{contract="main",le="\#(bound)"} \#(count)"#
      #expect(lines.contains { $0 == line }, "\(line)")
    }
    #expect(lines.contains { $0 == #"\#(name)_count{contract="main"} 3"# })
    #expect(lines.contains { $0.hasPrefix(#"\#(name)_sum{contract="main"} 6.002"#) })
  }

  @Test("of keys with the same labels are added up over the loops, and sorted")
  func addedUp() {
    let loops = [RequestFigures(), RequestFigures()]
    for loop in loops {
      for (route, status) in [("/b", 200), ("/a", 200), ("/a", 204)] {
        loop.count(
          .init(site: "main", route: route, method: "GET", status: status), nanoseconds: 1)
      }
    }

    let lines = lines(loops).filter { $0.hasPrefix("http_server_requests_total") }

    #expect(
      lines == [
        #"http_server_requests_total{site="main",route="/a",method="GET",status="2xx"} 4"#,
        #"http_server_requests_total{site="main",route="/b",method="GET",status="2xx"} 2"#,
      ])
  }
}
