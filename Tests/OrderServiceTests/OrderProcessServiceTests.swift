import EventLoop
import Glibc
import HTTP
import HTTPClient
import Orders
import TestSupport
import Testing

@testable import OrderService

@Suite("The process service, which is not trusted")
struct OrderProcessServiceTests {
  /// Runs `body` with a client of the service at this address.
  private func asking<Result: Sendable>(
    _ host: String, _ body: @escaping @Sendable (OrderProcessService) async -> Result
  ) async throws -> Result {
    let base = try #require(BaseURL("http://\(host)/below/"))
    return try await onLoop { loop in
      var limits = ClientLimits()
      limits.totalDeadline = .milliseconds(500)
      limits.bodyBytesMax = 65_536
      return await body(
        OrderProcessService(HTTPClient(loop: loop, limits: limits), at: base) {
          "http://here:1/order/\(PercentCoding.encode($0))/back"
        })
    }
  }

  @Test("is told exactly what it wants to be told")
  func request() async throws {
    let service = try await ScriptedService { $0.method == "POST" ? Response(.accepted) : nil }
    let (reply, sign) = try await asking(service.host) { await $0.start("a/ü\"") }

    #expect(reply == .accepted && sign == .worked)
    let callback = "http%3A%2F%2Fhere%3A1%2Forder%2Fa%252F%25C3%25BC%2522%2Fback"
    #expect(service.calls.count == 1)
    let call = try #require(service.calls.first)
    #expect(call.method == "POST" && call.type == "application/json")
    #expect(call.target == "/below/order_process?callback_url=\(callback)")
    #expect(call.body == #"{"order_id":"a/ü\""}"#)
  }

  @Test("has accepted an order when it says 202 or 200, and nothing else")
  func starts() async throws {
    let answers: [(Status, OrderProcessVisit.StartResult?, Breaker.Event)] = [
      (.ok, .accepted, .worked), (.accepted, .accepted, .worked), (.created, nil, .worked),
      (.noContent, nil, .worked), (.seeOther, nil, .worked), (.badRequest, nil, .worked),
      (.conflict, nil, .worked), (.internalServerError, nil, .failed),
      (.serviceUnavailable, nil, .failed),
    ]
    for (status, expected, event) in answers {
      let service = try await ScriptedService { _ in
        Response(status, fields: [Field("Location", "http://127.0.0.1:1/x")])
      }
      let (reply, sign) = try await asking(service.host) { await $0.start("a") }
      #expect(reply == expected ?? .unclear("a start was answered \(status.code)"))
      #expect(sign == event)
      #expect(service.calls.count == 1, "a redirect is not followed, a start not repeated")
    }
  }

  @Test(
    "shows of an order what it says in the agreed words, and nothing by any others",
    arguments: [
      (#"{"order_id":"é","status":"RUNNING"}"#, OrderProcessVisit.Observation.running),
      (#"{"status":"SUCCEEDED","order_id":"é","more":[1]}"#, .succeeded),
      ("{\"order_id\":\"\u{e9}\",\"status\":\"FAILED\"}\n", .failed), ("{}", .unknown),
      (" {} ", .unknown),
      ("{\"order_id\":\"e\u{301}\",\"status\":\"SUCCEEDED\"}", nil),
      (#"{"order_id":"x","status":"SUCCEEDED"}"#, nil),
      (#"{"order_id":"b","status":"SUCCEEDED"}"#, nil), (#"{"status":"SUCCEEDED"}"#, nil),
      (#"{"order_id":"é","status":"succeeded"}"#, nil), (#"{"order_id":"é"}"#, nil),
      (#"{"order_id":"é","status":null}"#, nil), (#"[{"order_id":"é","status":"FAILED"}]"#, nil),
      (#"{"order_id":"é","status":"FAILED""#, nil), ("", nil), ("null", nil), ("[]", nil),
      (#"{"order_id":"é","status":"FAILED","status":"SUCCEEDED"}"#, nil),
      (#"{"message":"busy"}"#, nil),
    ])
  func observations(body: String, expected: OrderProcessVisit.Observation?) {
    let observation = OrderProcessService.observation(in: Array(body.utf8), of: "\u{e9}")
    #expect(
      observation == expected ?? .unclear("the status query was answered with something else"))
  }

  @Test("is not waited for beyond the deadline, nor read beyond the limit")
  func limits() async throws {
    let silent = try await ScriptedService { _ in nil }
    let (reply, started) = try await asking(silent.host) { await $0.start("a") }
    let (observation, asked) = try await asking(silent.host) { await $0.ask(about: "a") }
    #expect(reply == .unclear("the process service did not answer in time"))
    #expect(observation == .unclear("the process service did not answer in time"))
    #expect(started == .failed && asked == .failed)

    let huge = try await ScriptedService { _ in
      Response(.ok, body: [UInt8](repeating: UInt8(ascii: " "), count: 10 << 20))
    }
    let (seen, sign) = try await asking(huge.host) { await $0.ask(about: "a") }
    #expect(seen == .unclear("the process service does not speak HTTP as agreed"))
    #expect(sign == .worked)
  }

  @Test("that is away has been sent nothing, and one that says 500 shows nothing")
  func away() async throws {
    let (reply, sign) = try await asking("127.0.0.1:1") { await $0.start("a") }
    #expect(reply == .notSent("the process service refuses connections (errno \(ECONNREFUSED))"))
    #expect(sign == .failed)

    let broken = try await ScriptedService { _ in
      Response(
        .internalServerError, contentType: .json,
        body: Array(#"{"order_id":"a","status":"SUCCEEDED"}"#.utf8))
    }
    let (observation, event) = try await asking(broken.host) { await $0.ask(about: "a") }
    #expect(observation == .unclear("the status query was answered 500") && event == .failed)
  }
}
