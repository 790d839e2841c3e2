import EventLoop
import Glibc
import HTTP
import HTTPClient
import TestSupport
import Testing

@testable import order_process_standin

@Suite("The running stand-in")
struct StandinTests {
  private static let quick = ["--process-min-ms", "0", "--process-max-ms", "1"]
  private static let succeeded = "{\"order_id\":\"a\",\"status\":\"SUCCEEDED\"}\n"

  @Test("starts a process and calls back at its end, with the query of the callback URL")
  func tells() async throws {
    let standin = try await RunningStandin(Self.quick)
    let receiver = try await CallbackReceiver()

    let start = try await standin.start("a", callback: receiver.url("/done/a%2Fb?x=1&y=%20"))
    #expect(start == (202, ""))
    try await eventually("the callback comes") { receiver.calls.count == 1 }

    #expect(receiver.calls == [.init(target: "/done/a%2Fb?x=1&y=%20", body: Self.succeeded)])
    #expect(try await standin.status(of: "a") + "\n" == Self.succeeded)
    #expect(standin.greeting.contains("seed "))
  }

  @Test("accepts only the exact content type")
  func contentType() async throws {
    let standin = try await RunningStandin()
    let types: [ContentType?] = [ContentType("application/json; charset=utf-8"), .text, nil]
    for type in types {
      let answer = try await standin.send(
        .post, "/order_process", #"{"order_id":"a"}"#, as: type)
      #expect(answer == (400, #"{"message":"invalid content type. Valid: application/json"}"#))
    }
    #expect(try await standin.status(of: "a") == "{}")
  }

  @Test("repeats a callback that is not answered 200 twice, with an empty body")
  func retries() async throws {
    let standin = try await RunningStandin(
      Self.quick + ["--failure-rate", "1", "--retry-pause-ms", "10"])
    let receiver = try await CallbackReceiver(.internalServerError, .accepted, .noContent)

    _ = try await standin.start("a", callback: receiver.url())
    try await eventually("it has been tried three times") { receiver.calls.count == 3 }

    let failed = "{\"order_id\":\"a\",\"status\":\"FAILED\"}\n"
    #expect(receiver.calls.map(\.body) == [failed, "", ""])
  }

  @Test("doubles a callback with an empty body")
  func doubles() async throws {
    let standin = try await RunningStandin(Self.quick + ["--doubled-callback-rate", "1"])
    let receiver = try await CallbackReceiver()
    _ = try await standin.start("a", callback: receiver.url())
    try await eventually("it comes twice") { receiver.calls.count == 2 }
    #expect(receiver.calls.map(\.body) == [Self.succeeded, ""])
  }

  @Test("calls back before it answers the start")
  func early() async throws {
    let standin = try await RunningStandin(["--early-callback-rate", "1"])
    let receiver = try await CallbackReceiver()
    #expect(try await standin.start("a", callback: receiver.url()) == (202, ""))
    #expect(receiver.calls.map(\.body) == [Self.succeeded])
  }

  @Test("loses the callback, and reports the result when it is asked for")
  func lostCallback() async throws {
    let standin = try await RunningStandin(Self.quick + ["--lost-callback-rate", "1"])
    let receiver = try await CallbackReceiver()
    _ = try await standin.start("a", callback: receiver.url())
    try await eventually("it has ended") {
      try await standin.status(of: "a") + "\n" == Self.succeeded
    }
    #expect(try await standin.ledger().contains(#""told":0,"foretold":0,"untold":1"#))
    #expect(receiver.calls.isEmpty)
  }

  @Test(
    "ends connections without an answer, with and without effect",
    arguments: [("--refusal-rate", 0), ("--lost-answer-rate", 1), ("--silence-rate", 1)])
  func noAnswer(option: String, starts: Int) async throws {
    let standin = try await RunningStandin([option, "1", "--silence-ms", "20"])
    await #expect { try await standin.start("a") } throws: { error in
      let error = error as? HTTPClientError
      return error?.reason == .reset && error?.outcome == .unknown
    }
    #expect(try await standin.ledger().contains(#"{"start":\#(starts),"#))
  }

  @Test("answers late, but acts at once")
  func delayed() async throws {
    let standin = try await RunningStandin(["--delay-rate", "1", "--delay-max-ms", "20"])
    #expect(try await standin.start("a") == (200, ""))
    #expect(try await standin.ledger().contains(#""delayed":1"#))
  }

  @Test("forgets on demand, one process or all")
  func forgets() async throws {
    let standin = try await RunningStandin()
    for order in ["a", "b", "c d"] { _ = try await standin.start(order) }
    #expect(try await standin.send(.post, "/standin/forget?order_id=c%20d").status == 200)
    #expect(try await standin.status(of: "c d") == "{}")
    #expect(try await standin.status(of: "a") != "{}")
    #expect(try await standin.send(.post, "/standin/forget").status == 200)
    #expect(try await standin.send(.get, "/order_process").body == "[]")
  }

  @Test("forgets all processes when it is killed, but keeps how each order ended in its journal")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let options = Self.quick + ["--journal", folder.path + "/journal"]
    let first = try await RunningStandin(options)
    _ = try await first.start("a")
    try await eventually("it has ended") {
      try await first.status(of: "a") + "\n" == Self.succeeded
    }
    try await first.kill()

    let second = try await RunningStandin(options + ["--failure-rate", "1"], port: first.port)
    #expect(second.port == first.port)
    #expect(try await second.status(of: "a") == "{}")
    #expect(
      try await second.ledger().contains(
        #"{"order_id":"a","starts":1,"doubles":0,"verdict":"SUCCEEDED"}"#))
    #expect(try await second.start("a").status == 200)
    try await eventually("it has ended again") {
      try await second.status(of: "a") == #"{"order_id":"a","status":"FAILED"}"#
    }
    #expect(try await second.start("a").status == 400)
    #expect(
      try await second.ledger().contains(
        #""double_starts":[],"orders":[{"order_id":"a","starts":2,"doubles":1,"verdict":"FAILED"}]"#
      ))
    #expect(try await second.end(by: SIGTERM) == 0)
    #expect(
      folder.text(of: "journal") == """
        forget
        start a
        end a SUCCEEDED
        forget
        start a
        end a FAILED
        double a

        """)
  }
}
