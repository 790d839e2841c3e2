import Glibc
import Synchronization
import TestSupport

/// A client that follows the feed of one instance on a thread of its own, connects again when that
/// is gone, and keeps what it has seen.
final class FeedConsumer: Sendable {
  enum Way: CaseIterable { case pages, waits, stream }

  let way: Way
  private let port: Atomic<UInt16>
  private let isFinishing = Atomic(false)
  private let seen = Mutex<[String]>([])
  private let faults = Mutex<[String]>([])
  private let interruptions = Atomic(0)
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

  func finish() {
    isFinishing.store(true, ordering: .relaxed)
    thread.withLock { $0.take() }?.join()
  }

  private func run() {
    var cursor = "start"
    var client: PlainClient?
    while !isFinishing.load(ordering: .relaxed) {
      if client == nil { client = PlainClient(port: port.load(ordering: .relaxed)) }
      guard let connected = client else {
        poll(nil, 0, 10)
        continue
      }
      let goesOn =
        way == .stream ? follow(connected, from: &cursor) : read(connected, from: &cursor)
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

  /// A stream until it ends. HTTP/1.0 has no chunks, so the blocks come as they are.
  private func follow(_ client: PlainClient, from cursor: inout String) -> Bool {
    let last = cursor == "start" ? "" : "Last-Event-ID: \(cursor)\r\n"
    client.send(
      "GET /events?after=start HTTP/1.0\r\nHost: localhost\r\n"
        + "Accept: text/event-stream\r\n\(last)\r\n")
    var text = ""
    var hasBegun = false
    while !isFinishing.load(ordering: .relaxed), let more = client.receive() {
      text += more
      if !hasBegun {
        guard let head = text.ranges(of: "\r\n\r\n").first else { continue }
        guard text.hasPrefix("HTTP/1.1 200 ") else {
          note(text)
          return false
        }
        hasBegun = true
        text.removeSubrange(..<head.upperBound)
      }
      while let end = text.ranges(of: "\n\n").first {
        let block = text[..<end.lowerBound]
        add(String(block))
        if let id = block.firstMatch(of: /(?:^|\n)id: (\S+)/) { cursor = String(id.1) }
        text.removeSubrange(..<end.upperBound)
      }
    }
    return false
  }

  private func add(_ text: String) {
    let ids = text.matches(of: /"id":"evt_([0-9]+_[0-9a-f]{8})"/).map { String($0.1) }
    seen.withLock { $0 += ids }
  }

  /// An instance that starts, or whose database is away, says so; everything else is a fault.
  private func note(_ answer: String) {
    if !answer.hasPrefix("HTTP/1.1 503 ") { faults.withLock { $0.append(answer) } }
    poll(nil, 0, 10)
  }
}
