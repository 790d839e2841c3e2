import Glibc
import PrivateCluster
import TestSupport
import Testing

@testable import waybill

@Suite("The consumers of docs/following.md")
struct FollowingTests {
  /// A program of the page: the code block after a heading.
  private static func program(under heading: String, in language: String) throws -> String {
    let page = try #require(readFile(RepositoryRoot.path + "/docs/following.md", bytesMax: 1 << 20))
    let section = try #require(page.split(separator: "\n## ").first { $0.hasPrefix(heading) })
    let block = try #require(section.split(separator: "```\(language)\n").dropFirst().first)
    return String(block.prefix(upTo: try #require(block.firstRange(of: "```")).lowerBound))
  }

  private static func start(_ command: [String], output path: String) throws -> ChildProcess {
    let output = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    defer { close(output) }
    return try ChildProcess(command, output: output, environment: ["PATH": searchPath])
  }

  /// The answer to a request that is sent until the service has reached its database. Beside other
  /// tests that may be some seconds after it was started; until then it says that nothing was done.
  private static func served(
    _ method: String, _ path: String, _ body: String, _ port: UInt16
  ) async throws -> String {
    var answer = ""
    try await eventually("\(method) \(path) is served") {
      answer = await PlainClient.send(method, path, body, port)
      return !answer.contains(#""code":"unavailable""#)
    }
    return answer
  }

  @Test("see every event once and in order, and copy every order, while the service is killed")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let conninfo = try await MigratedDatabase.make()
    var program = try RunningProgram(["DATABASE_URL": conninfo])
    let port = try await program.port()
    let base = "http://127.0.0.1:\(port)"

    let python = try Self.start(
      [
        "/usr/bin/env", "python3", "-c",
        try Self.program(under: "A consumer in Python", in: "python"), base,
        folder.path + "/copy.db",
      ], output: folder.path + "/python.log")
    let shell = try Self.start(
      [
        "/bin/sh", "-c", try Self.program(under: "A consumer in shell", in: "sh"), "consumer", base,
        folder.path + "/place",
      ], output: folder.path + "/shell.log")
    defer {
      python.signal(SIGKILL)
      shell.signal(SIGKILL)
    }

    for round in 0..<3 {
      for number in 0..<5 {
        let placed = try await Self.served(
          "POST", "/orders",
          #"{"customer_id":"c-\#(number)","items":[{"quantity":1,"price":1.25}]}"#, port)
        #expect(placed.hasPrefix("HTTP/1.1 201 "))
      }
      let moved = try await Self.served(
        "PATCH", "/orders/\(1 + 5 * round)/status", #"{"status":"in_progress"}"#, port)
      #expect(moved.hasPrefix("HTTP/1.1 200 "))
      guard round < 2 else { break }
      program.signal(SIGKILL)
      try await eventually("it is gone") { !program.isRunning }
      program = try RunningProgram(["DATABASE_URL": conninfo, "PORT": "\(port)"])
      _ = try await program.port()
    }

    // 15 orders, 5 customers and 3 moves.
    try await eventually("the shell has seen all: \((folder.text(of: "shell.log") ?? ""))") {
      (folder.text(of: "shell.log") ?? "").contains("[23,")
    }
    let lines = (folder.text(of: "shell.log") ?? "").split(separator: "\n")
      .filter { $0.hasPrefix("[") }
    let positions = lines.compactMap { Int($0.dropFirst().prefix { $0.isNumber }) }
    #expect(Set(positions) == Set(1...23))
    // Killed between a page and its place, a consumer reads the page again, in the same order.
    #expect(positions == positions.sorted())

    let count = """
      import sqlite3, sys
      rows = sqlite3.connect(sys.argv[1]).execute("SELECT version FROM orders").fetchall()
      print("copy", len(rows), sum(version for version, in rows))
      """
    try await eventually("the copy is whole: \((folder.text(of: "python.log") ?? ""))") {
      let look = try Self.start(
        ["/usr/bin/env", "python3", "-c", count, folder.path + "/copy.db"],
        output: folder.path + "/look.log")
      _ = try await blocking { look.exitStatus(within: 30) }
      return (folder.text(of: "look.log") ?? "").contains("copy 15 18\n")
    }
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
  }

  @Test("show an order of one terminal in another within moments, and end with the service")
  func stream() async throws {
    let folder = try TemporaryFolder()
    let program = try RunningProgram(["DATABASE_URL": try await MigratedDatabase.make()])
    let port = try await program.port()
    let curl = try Self.start(
      [
        "/usr/bin/env", "curl", "-sN", "http://127.0.0.1:\(port)/events", "-H",
        "Accept: text/event-stream",
      ], output: folder.path + "/curl.log")
    defer { curl.signal(SIGKILL) }
    func shown() -> String { folder.text(of: "curl.log") ?? "" }
    try await eventually("the stream has begun") { shown().contains("retry: ") }
    let placed = await PlainClient.send(
      "POST", "/orders", #"{"customer_id":"c","items":[{"quantity":1,"price":1}]}"#, port)
    #expect(placed.hasPrefix("HTTP/1.1 201 "))
    try await eventually("the order is shown") { shown().contains("event: order.placed\n") }

    // The stream ends whole, within 5 s, and does not keep the service from stopping.
    program.signal(SIGTERM)
    #expect(await program.exitCode() == 0)
    let ended = try await blocking { curl.exitStatus(within: 30) }
    #expect(ended == 0)
  }
}
