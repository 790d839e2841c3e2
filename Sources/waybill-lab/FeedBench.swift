import Glibc
import PrivateCluster

/// Measures the event feed: how soon events come, to one and to a thousand, how fast somebody
/// catches up, what an export costs others, and what the feed costs those who place orders.
struct FeedBench {
  private static let orders = 200_000
  /// How a page of events ends.
  private static let ends = [Array("true}".utf8), Array("false}".utf8)]

  let bench: WorkBench

  func run(_ show: (WorkRow) -> Void) throws {
    try bench.fill(to: Self.orders)
    let service = try bench.service()
    try waitForFeed(service)
    try delay(service, streams: 1, perSecond: 1_000, aim: "p50 ≤ 40 ms, p99 ≤ 150 ms")
    try delay(service, streams: 1_000, perSecond: 200, aim: "p99 ≤ 500 ms, ≤ 1 core, ≤ 40 MB")
    try catchUp(service)
    try export(service, show)
    try placing(service, show)
    _ = try service.stop()
  }

  /// Old orders get their positions when the feed is read for the first time.
  private func waitForFeed(_ service: Service) throws {
    let clock = ContinuousClock()
    let start = clock.now
    while try bench.count("events") > position() {
      guard clock.now - start < .seconds(120) else { throw LabError("the feed does not come") }
      usleep(100_000)
    }
  }

  private func position() throws -> Int {
    try bench.number("SELECT coalesce(max(first_position + events) - 1, 0) FROM feed_ticks")
  }

  private func delay(
    _ service: Service, streams: Int, perSecond: Int, aim: String
  ) throws {
    let before = ProcessFigures.memory(of: service.pid)
    let readers = try StreamReaders(streams, port: service.port)
    let seconds = bench.options.seconds
    let (idle, subject) = (ProcessFigures.memory(of: service.pid), Subject(servers: [service.pid]))
    var answers: [Int: ContinuousClock.Instant] = [:]
    let load = try subject.measure {
      answers = try PacedOrders(port: service.port, perSecond: perSecond, seconds: seconds)
        .answers()
      usleep(500_000)
      return (Double(answers.count), Double(seconds))
    }
    let grown = (ProcessFigures.memory(of: service.pid) - before) / 1_048_576
    let delays = readers.delays(after: answers)
    let timed = readers.timed
    guard delays.count == answers.count * timed else {
      throw LabError("\(delays.count) events came of \(answers.count) orders to \(timed) streams")
    }
    print(
      """
      order answered → its event in a stream: \(streams) streams, \
      \(Int(load.perSecond)) orders/s (wanted \(perSecond))
        p50 \(delays[delays.count / 2].oneDecimal) ms, \
      p99 \(delays[delays.count * 99 / 100].oneDecimal) ms, \
      worst \((delays.last ?? 0).oneDecimal) ms (aim: \(aim))
        CPU of the service \((load.serverCPU / load.seconds).twoDecimals) cores, placing included; \
      memory +\(grown) MB, of which \((idle - before) / 1_024 / streams) KB a stream that rests; \
      \(readers.bytes / 1_048_576) MB sent

      """)
  }

  /// From the beginning of the feed to its end.
  private func catchUp(_ service: Service) throws {
    let events = try position()
    let clock = ContinuousClock()
    let subject = Subject(servers: [service.pid], database: bench.cluster.processID)
    for way in ["pages", "stream"] {
      let load = try subject.measure {
        let start = clock.now
        let seen = way == "pages" ? try readPages(service) : try readStream(service, events)
        guard seen >= events else { throw LabError("\(seen) events came of \(events)") }
        return (Double(seen), start.duration(to: clock.now) / .seconds(1))
      }
      print(
        "catch-up by \(way): \(Int(load.requests)) events, \(Int(load.perSecond)) a second "
          + "(aim: 50,000); CPU µs an event: ours \(load.serverMicroseconds.oneDecimal), "
          + "PostgreSQL \(load.databaseMicroseconds.oneDecimal)")
    }
    print("")
  }

  private func readPages(_ service: Service) throws -> Int {
    guard let socket = LocalSocket(port: service.port) else { throw LabError("no connection") }
    var (cursor, seen) = ("start", 0)
    var buffer = [UInt8](repeating: 0, count: 1_048_576)
    while true {
      socket.ask("/events?after=\(cursor)&limit=500")
      // The page is the last thing on the wire: it ends with the end of its object.
      var page: [UInt8] = []
      repeat {
        let count = socket.receive(into: &buffer, waits: true)
        guard count > 0 else { throw LabError("a page was not answered") }
        page += buffer[..<count]
      } while !Self.ends.contains { page.suffix($0.count).elementsEqual($0) }
      seen += Self.count(of: #""position":"#, in: page)
      let end = String(decoding: page.suffix(80), as: UTF8.self)
      guard let next = end.split(separator: "\"next\":\"").last?.prefix(while: { $0 != "\"" })
      else { throw LabError("a page has no end: \(end)") }
      cursor = String(next)
      if end.hasSuffix("\"caught_up\":true}") { return seen }
    }
  }

  private func readStream(_ service: Service, _ events: Int) throws -> Int {
    guard let socket = LocalSocket(port: service.port) else { throw LabError("no connection") }
    socket.ask(
      "/events?after=start", version: "1.0", fields: "Accept: text/event-stream\r\n")
    var (seen, rest) = (0, [UInt8]())
    var buffer = [UInt8](repeating: 0, count: 1_048_576)
    while seen < events {
      let count = socket.receive(into: &buffer, waits: true)
      guard count > 0 else { throw LabError("the stream ended") }
      rest += buffer[..<count]
      let end = rest.lastIndex(of: 10).map { $0 + 1 } ?? 0
      seen += Self.count(of: "event: ", in: Array(rest[..<end]))
      rest.removeFirst(end)
    }
    return seen
  }

  private static func count(of text: String, in bytes: [UInt8]) -> Int {
    let mark = Array(text.utf8)
    var (count, at) = (0, 0)
    while at + mark.count <= bytes.count {
      if bytes[at] == mark[0], bytes[at..<at + mark.count].elementsEqual(mark) {
        count += 1
        at += mark.count
      } else {
        at += 1
      }
    }
    return count
  }
}

// MARK: - Beside those who place orders

extension FeedBench {
  /// Clients that place orders, with and without an export beside them.
  private func export(_ service: Service, _ show: (WorkRow) -> Void) throws {
    show(try bench.row(.place, [service], connections: 16, name: "place, 16 clients, no export"))
    let before = ProcessFigures.memory(of: service.pid)
    let exports = try Exports(port: service.port)
    show(try bench.row(.place, [service], connections: 16, name: "place, 16 clients, an export"))
    let (rows, seconds) = exports.stop()
    let grown = (ProcessFigures.memory(of: service.pid) - before) / 1_048_576
    let alone = try Exports(port: service.port)
    usleep(UInt32(bench.options.seconds) * 1_000_000)
    let (aloneRows, aloneSeconds) = alone.stop()
    print(
      """
      export of orders: \(Int(Double(aloneRows) / aloneSeconds)) rows/s alone (aim: 50,000), \
      \(Int(Double(rows) / seconds)) beside those who place, whose p99 is to be at most doubled; \
      memory +\(grown) MB (aim: 10)

      """)
  }

  /// Places orders with the whole feed, without its ticks, and without its ticks and its index.
  private func placing(_ service: Service, _ show: (WorkRow) -> Void) throws {
    show(try bench.row(.place, [service], name: "place 3 lines, with the feed"))
    let hold = try bench.hold(
      "SELECT pg_advisory_lock(hashtextextended('waybill.feed', 0))",
      seconds: 4 * (bench.options.seconds * bench.options.rounds + 5))
    show(try bench.row(.place, [service], name: "place 3 lines, no ticks"))
    try bench.change("DROP INDEX order_events_by_xid")
    show(try bench.row(.place, [service], name: "place 3 lines, no ticks, no index on xid"))
    hold.signal(SIGTERM)
    _ = hold.exitStatus(within: 60)
  }
}
