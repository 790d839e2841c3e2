import Glibc
import Postgres
import Synchronization
import TestSupport

/// Clients on threads of their own that change products and read them, from the primary and from
/// any copy, and compare what they see with what their token has seen before.
///
/// The version of a product only grows, so a version that is smaller than one seen before is a step
/// back in time, or a write of one's own that is missing.
final class HistoryLoad: Sendable {
  static let products = 8

  /// What was done, and what came of it.
  struct Tally: Sendable {
    var lists = 0
    var reads = 0
    var writes = 0
    /// Writes whose connection broke before it was known where they were committed.
    var withoutPosition = 0
    var exports = 0
    var handedOn = 0
    /// Answers that said to try again later.
    var putOff = 0
    /// Reads of any copy that were put off.
    var listsPutOff = 0
    /// What came of the lists of the client that does nothing else.
    var onlyLists = 0
    var onlyListsPutOff = 0
    /// Answers of 500 and requests without any answer.
    var failures: [String] = []
    /// Where time ran backwards.
    var violations: [String] = []
  }

  /// The versions that the bearers of one token know of.
  private typealias Floors = [Int]

  private let port: UInt16
  private let tokens: [String]
  private let floors: Mutex<[Floors]>
  /// The newest write that was answered, for somebody with another token.
  private let handedOn = Mutex<(position: String, product: Int, version: Int)?>(nil)
  private let tallied = Mutex(Tally())
  private let isFinishing = Atomic(false)
  private let threads = Mutex<[Thread]>([])
  /// How long a client rests after each request.
  private static let restMilliseconds: Int32 = 5

  /// Begins at once, with so many clients for each token, but for the last one with one that only
  /// reads lists.
  init(port: UInt16, tokens: [String], clientsEach: Int, seed: UInt64) {
    self.port = port
    self.tokens = tokens
    floors = Mutex(
      Array(repeating: Array(repeating: 0, count: Self.products), count: tokens.count))
    let changing = tokens.count - 1
    let threads = (0..<changing * clientsEach).map { client in
      Thread { self.run(client % changing, SeededRandom(seed: seed &+ UInt64(client))) }
    }
    let reading = Thread { self.run(changing, SeededRandom(seed: seed)) }
    self.threads.withLock { $0 = threads + [reading] }
  }

  /// Makes the products.
  static func fill(_ conninfo: String) async throws {
    try await onDatabase(conninfo) { database in
      _ = try await database.write(
        """
        INSERT INTO products (id, name, price, stock)
        SELECT 'p' || n, 'Product ' || n, n, 100 FROM generate_series(0, \(Self.products - 1)) AS n
        """)
    }
  }

  var tally: Tally { tallied.withLock { $0 } }

  func finish() {
    abandon()
    for thread in threads.withLock({ $0 }) { thread.join() }
  }

  /// Has it end soon, and does not wait for that.
  func abandon() { isFinishing.store(true, ordering: .relaxed) }

  private func onlyLists(_ token: Int) -> Bool { token == tokens.count - 1 }

  private func run(_ token: Int, _ random: SeededRandom) {
    var random = random
    var client: PlainClient?
    while !isFinishing.load(ordering: .relaxed) {
      if client == nil { client = PlainClient(port: port) }
      guard let connection = client else {
        poll(nil, 0, 1)
        continue
      }
      if !step(token, on: connection, &random) { client = nil }
      // Other tests run beside this one, and have deadlines.
      poll(nil, 0, Self.restMilliseconds)
    }
  }

  /// One request, and the comparison; false when the connection is of no more use.
  private func step(
    _ token: Int, on client: PlainClient, _ random: inout SeededRandom
  ) -> Bool {
    if onlyLists(token) { return list(token, on: client) }
    let product = Int.random(in: 0..<Self.products, using: &random)
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<11: return list(token, on: client)
    case 11..<13: return read(product, token, on: client)
    case 13..<17: return write(product, token, on: client)
    case 17: return export(token)
    default: return listHandedOn(token, on: client)
    }
  }

  private func list(_ token: Int, on client: PlainClient) -> Bool {
    let before = known(by: token)
    guard let answer = ask(client, "GET /products", token) else { return false }
    guard answer.hasPrefix("HTTP/1.1 200 ") else {
      if onlyLists(token) { tallied.withLock { $0.onlyListsPutOff += 1 } }
      return putOff(answer, isList: true)
    }
    compare(answer, with: before, token, "list")
    tallied.withLock { tally in
      if onlyLists(token) { tally.onlyLists += 1 } else { tally.lists += 1 }
    }
    return true
  }

  /// A list that has to show a write with another token.
  private func listHandedOn(_ token: Int, on client: PlainClient) -> Bool {
    guard let write = handedOn.withLock({ $0 }) else { return true }
    var before = known(by: token)
    before[write.product] = max(before[write.product], write.version)
    guard
      let answer = ask(client, "GET /products", token, "Waybill-Position: \(write.position)\r\n")
    else { return false }
    guard answer.hasPrefix("HTTP/1.1 200 ") else { return putOff(answer, isList: true) }
    compare(answer, with: before, token, "list at \(write.position)")
    tallied.withLock { $0.handedOn += 1 }
    return true
  }

  private func read(_ product: Int, _ token: Int, on client: PlainClient) -> Bool {
    let before = known(by: token)
    guard let answer = ask(client, "GET /products/p\(product)", token) else { return false }
    guard answer.hasPrefix("HTTP/1.1 200 ") else { return putOff(answer, isList: false) }
    compare(answer, with: before, token, "read", of: [product])
    tallied.withLock { $0.reads += 1 }
    return true
  }

  private func write(_ product: Int, _ token: Int, on client: PlainClient) -> Bool {
    let before = known(by: token)
    let body = #"{"description":"\#(UInt64.random(in: 0...UInt64.max))"}"#
    guard
      let answer = ask(
        client, "PATCH /products/p\(product)", token,
        "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n", body)
    else { return false }
    guard answer.hasPrefix("HTTP/1.1 200 ") else { return putOff(answer, isList: false) }
    compare(answer, with: before, token, "write", of: [product])
    tallied.withLock { $0.writes += 1 }
    guard let position = answer.firstMatch(of: #/\r\nWaybill-Position: (\S+)/#)?.1,
      let version = Self.versions(in: answer)[product]
    else {
      tallied.withLock { $0.withoutPosition += 1 }
      return true
    }
    handedOn.withLock { $0 = (String(position), product, version) }
    return true
  }

  /// An export, which is a stream, on a connection of its own.
  private func export(_ token: Int) -> Bool {
    let before = known(by: token)
    guard let client = PlainClient(port: port) else { return true }
    client.send(
      "GET /exports/products HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + "Authorization: Bearer \(tokens[token])\r\n\r\n")
    let answer = client.readAll()
    guard answer.hasPrefix("HTTP/1.1 200 ") else { return putOff(answer, isList: true) }
    // One that was cut off while it was sent has to be begun again by whoever wanted it.
    guard answer.contains(#"{"end":true"#) else { return true }
    compare(answer, with: before, token, "export")
    tallied.withLock { $0.exports += 1 }
    return true
  }

  private func ask(
    _ client: PlainClient, _ request: String, _ token: Int, _ fields: String = "",
    _ body: String = ""
  ) -> String? {
    client.exchange(
      "\(request) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(tokens[token])\r\n"
        + "\(fields)\r\n\(body)")
  }

  private func putOff(_ answer: String, isList: Bool) -> Bool {
    tallied.withLock { tally in
      // The token has as many exports under way as it may.
      if answer.hasPrefix("HTTP/1.1 429 ") { return }
      if answer.hasPrefix("HTTP/1.1 503 ") {
        tally.putOff += 1
        if isList { tally.listsPutOff += 1 }
      } else {
        tally.failures.append(answer)
      }
    }
    poll(nil, 0, 20)
    return true
  }

  private func known(by token: Int) -> Floors { floors.withLock { $0[token] } }

  /// Compares an answer with what was known before its request, and remembers it.
  private func compare(
    _ answer: String, with before: Floors, _ token: Int, _ what: String,
    of wanted: [Int] = Array(0..<HistoryLoad.products)
  ) {
    let versions = Self.versions(in: answer)
    for product in wanted {
      let version = versions[product] ?? 0
      if version < before[product] {
        tallied.withLock {
          $0.violations.append(
            "\(what) of token \(token): p\(product) at \(version) after \(before[product])")
        }
      }
      floors.withLock { $0[token][product] = max($0[token][product], version) }
    }
  }

  /// The version of each product in an answer.
  private static func versions(in answer: String) -> [Int: Int] {
    var versions: [Int: Int] = [:]
    for match in answer.matches(of: #/\{"id":"p(\d+)",.*?"version":(\d+),/#) {
      if let product = Int(match.1), let version = Int(match.2) { versions[product] = version }
    }
    return versions
  }
}
