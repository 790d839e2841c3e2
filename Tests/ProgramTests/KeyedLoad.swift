import Glibc
import Synchronization
import TestSupport

/// Clients on threads of their own that place orders, each under a key, and send again what was not
/// answered until it is.
final class KeyedLoad: Sendable {
  static let products = 20

  /// One key and what became of it.
  struct History: Sendable {
    let key: String
    let quantity: Int
    /// How often a request was sent and no answer came.
    var unanswered = 0
    /// How often the answer was to try again later.
    var putOff = 0
    /// Whether the first definite answer was a replay.
    var wasReplayed = false
    /// Every definite answer, without what differs from answer to answer.
    var answers: [String] = []

    var status: Int { Int(answers.first?.dropFirst(9).prefix(3) ?? "") ?? 0 }
    var order: String {
      answers.first?.firstMatch(of: /"id":"([^"]+)"/).map { String($0.1) } ?? ""
    }
  }

  private let current = Atomic<UInt16>(0)
  private let orders = Atomic(0)
  private let isFinishing = Atomic(false)
  private let isAbandoned = Atomic(false)
  private let done = Mutex<[History]>([])
  private let threads = Mutex<[Thread]>([])

  init(seed: UInt64, clients: Int) {
    let threads = (0..<clients).map { client in
      Thread { self.run(client, SeededRandom(seed: seed &+ UInt64(client))) }
    }
    self.threads.withLock { $0 = threads }
  }

  /// Where the program is; nil while it is nowhere.
  var port: UInt16? {
    get { current.load(ordering: .relaxed) == 0 ? nil : current.load(ordering: .relaxed) }
    set { current.store(newValue ?? 0, ordering: .relaxed) }
  }

  var histories: [History] { done.withLock { $0 } }
  var answered: Int { done.withLock { $0.count } }
  /// How many answers said that an order is placed, replays counted.
  var placed: Int { orders.load(ordering: .relaxed) }

  /// Ends when every client has a definite answer to its last request.
  func finish() {
    isFinishing.store(true, ordering: .relaxed)
    for thread in threads.withLock({ $0 }) { thread.join() }
  }

  /// Ends at once, whatever has an answer.
  func abandon() {
    isAbandoned.store(true, ordering: .relaxed)
    isFinishing.store(true, ordering: .relaxed)
  }

  private func run(_ client: Int, _ random: SeededRandom) {
    var random = random
    var connection: PlainClient?
    var count = 0
    while !isFinishing.load(ordering: .relaxed) {
      count += 1
      let history = place("key-\(client)-\(count)", on: &connection, &random)
      done.withLock { $0.append(history) }
    }
  }

  /// Places an order by one key; often enough the answer is asked for once more.
  private func place(
    _ key: String, on connection: inout PlainClient?, _ random: inout SeededRandom
  ) -> History {
    let lines = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      (Int.random(in: 1...Self.products, using: &random), Int.random(in: 1...3, using: &random))
    }
    let items = lines.map { #"{"product_id":"p\#($0)","quantity":\#($1)}"# }
    let body = #"{"customer_id":"\#(key)","items":[\#(items.joined(separator: ","))]}"#
    let request =
      "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      + "Idempotency-Key: \(key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    var history = History(key: key, quantity: lines.reduce(0) { $0 + $1.1 })
    let wanted = Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1
    while history.answers.count < wanted, !isAbandoned.load(ordering: .relaxed) {
      if connection == nil { connection = port.flatMap { PlainClient(port: $0) } }
      guard let client = connection else {
        poll(nil, 0, 1)
        continue
      }
      guard let answer = client.exchange(request) else {
        history.unanswered += 1
        connection = nil
        continue
      }
      if answer.hasPrefix("HTTP/1.1 503 ") {
        history.putOff += 1
        poll(nil, 0, 50)
        continue
      }
      if answer.hasPrefix("HTTP/1.1 201 ") { orders.add(1, ordering: .relaxed) }
      let lines = answer.split(separator: "\r\n")
      let isReplayed = lines.contains("Idempotent-Replayed: true")
      if history.answers.isEmpty { history.wasReplayed = isReplayed }
      let own = ["Date: ", "X-Request-Id: ", "Idempotent-Replayed: "]
      history.answers.append(
        lines.filter { line in !own.contains(where: line.hasPrefix) }.joined(separator: "\n"))
    }
    return history
  }
}
