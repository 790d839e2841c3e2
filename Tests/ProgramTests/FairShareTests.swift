import Synchronization
import TestSupport
import Testing

@Suite("One token's requests beside another's")
struct FairShareTests {
  /// Clients of one token that read lists without a pause.
  private final class Readers: Sendable {
    private let count = Atomic(0)
    private let isFinishing = Atomic(false)
    private let threads = Mutex<[Thread]>([])

    var answers: Int { count.load(ordering: .relaxed) }

    init(_ clients: Int, port: UInt16, token: String) {
      let head = "GET /orders?limit=100 HTTP/1.1\r\nHost: localhost\r\n"
      let request = head + "Authorization: Bearer \(token)\r\n\r\n"
      let threads = (0..<clients).map { _ in
        Thread {
          guard let client = PlainClient(port: port) else { return }
          while !self.isFinishing.load(ordering: .relaxed), client.exchange(request) != nil {
            self.count.add(1, ordering: .relaxed)
          }
        }
      }
      self.threads.withLock { $0 = threads }
    }

    func finish() {
      isFinishing.store(true, ordering: .relaxed)
      for thread in threads.withLock({ $0 }) { thread.join() }
    }
  }

  @Test("have their turn after a few of them, however many there are")
  func lists() async throws {
    let variables = ["DATABASE_URL": try await MigratedDatabase.make(), "WAYBILL_AUTH": "tokens"]
    let service = try RunningProgram(variables)
    let port = try await service.port()
    let (greedy, modest) = (try await Self.token(variables), try await Self.token(variables))
    let readers = Readers(100, port: port, token: greedy)
    try await eventually("they read") { readers.answers > 200 }

    let passed = try await blocking {
      let client = try #require(PlainClient(port: port))
      return (0..<21).map { _ in
        let before = readers.answers
        #expect(client.status(of: "/products?limit=1", token: modest) == 200)
        return readers.answers - before
      }.sorted()[10]
    }
    try await blocking { readers.finish() }

    // 16 lists are on their way at once; all hundred clients would be before it without shares.
    #expect(passed <= 40)
  }

  private static func token(_ variables: [String: String]) async throws -> String {
    let program = try RunningProgram(
      variables, arguments: ["token", "create", "--role", "retailer"])
    #expect(await program.exitCode() == 0, "\(program.log)")
    var token: Substring?
    try await eventually("the token was printed") {
      token = program.log.split(separator: "\n").first { $0.hasPrefix("wb_") }
      return token != nil
    }
    return String(try #require(token))
  }
}
