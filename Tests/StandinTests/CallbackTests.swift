import Testing

@testable import order_process_standin

@Suite("A callback")
struct CallbackTests {
  private let url = CallbackURL("http://127.0.0.1:1/done")!

  @Test("is sent three times, the repetitions with an empty body, and then given up")
  func tries() {
    var callback = Callback(url, order: "a", .failed, isDoubled: true)
    #expect(callback.body == Array("{\"order_id\":\"a\",\"status\":\"FAILED\"}\n".utf8))
    #expect(callback.attemptEnded(.answered(status: 204)) == .sendLater)
    #expect(callback.body.isEmpty)
    #expect(callback.attemptEnded(.unanswered) == .sendLater)
    #expect(callback.attemptEnded(.answered(status: 500)) == .done)
  }

  @Test("keeps its body as long as nothing of it has been sent")
  func unsent() {
    var callback = Callback(url, order: "a", .succeeded, isDoubled: false)
    #expect(callback.attemptEnded(.notSent) == .sendLater)
    #expect(!callback.body.isEmpty)
    #expect(callback.attemptEnded(.answered(status: 200)) == .done)
  }

  @Test("is doubled once, with an empty body, whatever the answer to that")
  func doubled() {
    for outcome in [Callback.Outcome.answered(status: 200), .answered(status: 500), .unanswered] {
      var callback = Callback(url, order: "a", .succeeded, isDoubled: true)
      #expect(callback.attemptEnded(.answered(status: 200)) == .sendNow)
      #expect(callback.body.isEmpty)
      #expect(callback.attemptEnded(outcome) == .done)
    }
  }

  @Test(
    "goes to a URL whose path and query are kept as they are",
    arguments: [
      ("http://a", "a", "/"),
      ("http://a:8080/done/a%2Fb?x=1&y=%20", "a:8080", "/done/a%2Fb?x=1&y=%20"),
      ("http://[::1]:80?x#y", "[::1]:80", "/?x"),
    ])
  func urls(text: String, host: String, target: String) {
    #expect(CallbackURL(text)?.host == host)
    #expect(CallbackURL(text)?.target == target)
  }

  @Test(
    "goes to no other URL",
    arguments: [
      "", "a", "/done", "https://a/", "http://", "http:///done", "http://a/b c", "http://a/%zz",
    ])
  func notURLs(text: String) {
    #expect(CallbackURL(text) == nil)
  }
}
