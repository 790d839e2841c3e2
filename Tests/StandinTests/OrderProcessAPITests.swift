import HTTP
import Testing

@testable import order_process_standin

@Suite("The contract of the order process service")
struct OrderProcessAPITests {
  private static let good = #"{"order_id":"a"}"#
  private static let callback = "?callback_url=http%3A%2F%2F127.0.0.1%3A1%2Fdone%3Forder%3Da"

  private func answer(_ api: inout OrderProcessAPI, _ request: Request) -> String {
    let response = api.answer(request) { _ in .plain }.response
    return "\(response.status.code) " + String(decoding: response.body, as: UTF8.self)
  }

  @Test("accepts with 202 when there is a callback, with 200 when there is none, both empty")
  func accepted() {
    var api = OrderProcessAPI()
    #expect(answer(&api, parsed("POST /order_process" + Self.callback, Self.good)) == "202 ")
    #expect(answer(&api, parsed("POST /order_process", #"{"order_id":"b","x":1}"#)) == "200 ")
  }

  @Test(
    "refuses an invalid body",
    arguments: [
      ("", "invalid request body"), ("{", "invalid request body"), ("[]", "invalid request body"),
      (#"{"order_id":1}"#, "invalid request body"), ("{}", "missing order id"),
      (#"{"order_id":""}"#, "missing order id"), (#"{"order_id":null}"#, "missing order id"),
    ])
  func refused(body: String, message: String) {
    var api = OrderProcessAPI()
    let answer = answer(&api, parsed("POST /order_process" + Self.callback, body))
    #expect(answer == #"400 {"message":"\#(message)"}"#)
    #expect(self.answer(&api, parsed("GET /order_process")) == "200 []")
  }

  @Test("refuses a second process of an order")
  func doubled() {
    var api = OrderProcessAPI()
    let start = parsed("POST /order_process" + Self.callback, Self.good)
    #expect(answer(&api, start) == "202 ")
    #expect(answer(&api, start) == #"400 {"message":"order process for order a exists"}"#)
  }

  @Test("refuses an invalid callback URL with broken JSON, and keeps the process nevertheless")
  func unreadable() {
    var api = OrderProcessAPI()
    let start = parsed("POST /order_process?callback_url=%25zz", Self.good)
    #expect(answer(&api, start) == #"400 {"message":"parse "%zz": invalid URL"}"#)
    let status = answer(&api, parsed("GET /order_process?order_id=a"))
    #expect(status == #"200 {"order_id":"a","status":"RUNNING"}"#)
  }

  @Test("shows one process, none as an empty object, and all as a bare array")
  func shows() {
    var api = OrderProcessAPI()
    #expect(answer(&api, parsed("GET /order_process")) == "200 []")
    #expect(answer(&api, parsed("GET /order_process?order_id=a")) == "200 {}")

    _ = answer(&api, parsed("POST /order_process", #"{"order_id":"z y"}"#))
    _ = answer(&api, parsed("POST /order_process", Self.good))
    _ = api.event(.due("z y", number: 1))

    let one = #"{"order_id":"z y","status":"SUCCEEDED"}"#
    #expect(answer(&api, parsed("GET /order_process?order_id=z%20y")) == "200 " + one)
    let all = #"200 [\#(one),{"order_id":"a","status":"RUNNING"}]"#
    #expect(answer(&api, parsed("GET /order_process")) == all)
    #expect(answer(&api, parsed("GET /order_process?order_id=")) == all)
  }
}
