import EventLoop
import Glibc
import Postgres
import Synchronization
import TestSupport

/// A client that follows the feed of one instance on a thread of its own, connects again when that
/// is gone, and keeps what it has seen.
final class FeedConsumer: Sendable {
  enum Way: Equatable {
    case pages, waits, stream
    /// A stream that the consumer itself ends after so many events.
    case streams(of: Int)
  }

  let way: Way
  private let port: Atomic<UInt16>
  private let isFinishing = Atomic(false)
  private let seen = Mutex<[String]>([])
  private let faults = Mutex<[String]>([])
  private let interruptions = Atomic(0)
  private let connection = Mutex<PlainClient?>(nil)
  private let thread = Mutex<Thread?>(nil)

  init(_ way: Way, port: UInt16) {
    self.way = way
    self.port = Atomic(port)
    thread.withLock { $0 = Thread { self.run() } }
  }

  /// The ids of the events, in the order in which they came.
  var events: [String] { seen.withLock { $0 } }
  /// Answers that a client can make nothing of.
  var refusals: [String] { faults.withLock { $0 } }
  /// How often the connection ended or there was none.
  var connectionsLost: Int { interruptions.load(ordering: .relaxed) }

  /// Ends at once, also in the middle of a wait.
  func abandon() {
    isFinishing.store(true, ordering: .relaxed)
    connection.withLock { $0?.shutDown() }
  }

  /// Ends, and waits for that; on a thread of one's own.
  func finish() {
    abandon()
    thread.withLock { $0.take() }?.join()
  }

  private func run() {
    var cursor = "start"
    var client: PlainClient?
    while !isFinishing.load(ordering: .relaxed) {
      if client == nil {
        client = PlainClient(port: port.load(ordering: .relaxed))
        connection.withLock { [client] in $0 = client }
        // It may have been told to end before it had this connection.
        guard !isFinishing.load(ordering: .relaxed) else { return }
      }
      guard let connected = client else {
        poll(nil, 0, 10)
        continue
      }
      let goesOn =
        switch way {
        case .pages, .waits: read(connected, from: &cursor)
        case .stream: follow(connected, from: &cursor, upTo: .max)
        case .streams(let count): follow(connected, from: &cursor, upTo: count)
        }
      if !goesOn {
        interruptions.add(1, ordering: .relaxed)
        client = nil
      }
    }
  }

  /// One page; returns whether the connection can be used again.
  private func read(_ client: PlainClient, from cursor: inout String) -> Bool {
    let wait = way == .waits ? "&wait=2" : ""
    guard
      let answer = client.exchange(
        "GET /events?after=\(cursor)&limit=50\(wait) HTTP/1.1\r\nHost: localhost\r\n\r\n")
    else { return false }
    guard answer.hasPrefix("HTTP/1.1 200 ") else {
      note(answer)
      return true
    }
    add(answer)
    if let next = answer.firstMatch(of: /"next":"([^"]+)"/) { cursor = String(next.1) }
    if way == .pages, answer.contains(#""items":[]"#) { poll(nil, 0, 5) }
    return true
  }

  /// A stream until it ends, or so many events have come. HTTP/1.0 has no chunks, so the blocks
  /// come as they are.
  private func follow(
    _ client: PlainClient, from cursor: inout String, upTo countMax: Int
  ) -> Bool {
    var left = countMax
    let last = cursor == "start" ? "" : "Last-Event-ID: \(cursor)\r\n"
    client.send(
      "GET /events?after=start HTTP/1.0\r\nHost: localhost\r\n"
        + "Accept: text/event-stream\r\n\(last)\r\n")
    var rest: [UInt8] = []
    var hasBegun = false
    while !isFinishing.load(ordering: .relaxed), left > 0, let more = client.receive() {
      rest += more
      // Whole blocks end with an empty line.
      guard let end = rest.indices.last(where: { $0 > 0 && rest[$0] == 10 && rest[$0 - 1] == 10 })
      else { continue }
      let text = String(decoding: rest[...end], as: UTF8.self)
      rest.removeFirst(end + 1)
      guard hasBegun || text.hasPrefix("HTTP/1.1 200 ") else {
        note(text)
        return false
      }
      hasBegun = true
      left -= add(text)
      // The first block has its id behind `retry`, each other one begins with it.
      if let id = text.matches(of: /id: ([0-9]+-[0-9a-f]{8})\n/).last { cursor = String(id.1) }
    }
    if !hasBegun, !rest.isEmpty { note(String(decoding: rest, as: UTF8.self)) }
    return false
  }

  /// Keeps the events of a text; returns how many there were.
  @discardableResult private func add(_ text: String) -> Int {
    let ids = text.matches(of: /"id":"evt_([0-9]+_[0-9a-f]{8})"/).map { String($0.1) }
    seen.withLock { $0 += ids }
    return ids.count
  }

  /// An instance that starts, or whose database is away, says so; everything else is a fault.
  private func note(_ answer: String) {
    if !answer.hasPrefix("HTTP/1.1 503 ") { faults.withLock { $0.append(answer) } }
    poll(nil, 0, 10)
  }
}

extension FeedConsumer {
  /// What every consumer has seen in the end: the ids of all events, in their order.
  static func wholeFeed(_ conninfo: String) async throws -> [String] {
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      _ = try await session.rows("SELECT sequence_events()")
      return try await session.rows(
        "SELECT replace(cursor, '-', '_') FROM feed(0, 1000000) ORDER BY feed_position"
      ).map { try $0.text(0) }
    }
  }
}
