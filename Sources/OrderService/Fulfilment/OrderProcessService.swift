import HTTP
package import HTTPClient
import JSON
import Orders

/// The client of the process service. It reads answers strictly: an answer that does not have
/// exactly the agreed form is not believed.
package struct OrderProcessService {
  private let client: HTTPClient
  private let base: BaseURL
  private let callback: (String) -> String

  /// A client of the service at an address. `callback` returns the callback URL of an order.
  package init(
    _ client: HTTPClient, at base: BaseURL, callback: @escaping (_ reference: String) -> String
  ) {
    self.client = client
    self.base = base
    self.callback = callback
  }

  /// Tells the service to start the order process of an order.
  func start(_ reference: String) async -> (OrderProcessVisit.StartResult, Breaker.Event?) {
    let url = PercentCoding.encode(callback(reference))
    let request = ClientRequest(
      .post, base.path + "/order_process?callback_url=\(url)", host: base.host, contentType: .json,
      body: JSONWriter.object { $0.string("order_id", reference) })
    do {
      let answer = try await client.send(request)
      if answer.status == 202 || answer.status == 200 { return (.accepted, .worked) }
      return (.unclear("a start was answered \(answer.status)"), event(answer.status))
    } catch {
      let isUnsent = error.outcome == .notSent
      let result: OrderProcessVisit.StartResult =
        isUnsent ? .notSent(error.words) : .unclear(error.words)
      return (result, error.event)
    }
  }

  /// Asks the service about an order.
  func ask(about reference: String) async -> (OrderProcessVisit.Observation, Breaker.Event?) {
    let id = PercentCoding.encode(reference)
    let request = ClientRequest(
      .get, base.path + "/order_process?order_id=\(id)", host: base.host)
    do {
      let answer = try await client.send(request)
      guard answer.status == 200 else {
        return (.unclear("the status query was answered \(answer.status)"), event(answer.status))
      }
      return (Self.observation(in: answer.body, of: reference), .worked)
    } catch {
      return (.unclear(error.words), error.event)
    }
  }

  /// Reads an answer: `{"order_id":"a","status":"RUNNING"}`, or `{}`.
  static func observation(in body: [UInt8], of reference: String) -> OrderProcessVisit.Observation {
    let nonsense = OrderProcessVisit.Observation.unclear(
      "the status query was answered with something else")
    guard case .object(let members)? = try? JSONValue(parsing: body) else { return nonsense }
    if members.isEmpty { return .unknown }
    let value = JSONValue.object(members)
    // Compared as bytes, as `==` of strings compares their normal forms.
    guard case .string(let id)? = value["order_id"], id.utf8.elementsEqual(reference.utf8),
      case .string(let status)? = value["status"]
    else { return nonsense }
    switch status {
    case "RUNNING": return .running
    case "SUCCEEDED": return .succeeded
    case "FAILED": return .failed
    default: return nonsense
    }
  }

  /// A status of 500 or more means that the service does not work.
  private func event(_ status: Int) -> Breaker.Event { status >= 500 ? .failed : .worked }
}

extension HTTPClientError {
  /// What the failure shows about the service; nil when the failure is our own.
  fileprivate var event: Breaker.Event? {
    switch reason {
    case .badHost, .tooBusy, .cancelled: nil
    case .malformed, .tooLarge: .worked
    case .noAddress, .connectFailed, .timeout, .reset: .failed
    }
  }

  /// The failure in the log and in the queue.
  fileprivate var words: String {
    switch reason {
    case .badHost, .noAddress: "the process service has no address"
    case .connectFailed(let errno): "the process service refuses connections (errno \(errno))"
    case .timeout: "the process service did not answer in time"
    case .reset: "the process service hung up"
    case .malformed, .tooLarge: "the process service does not speak HTTP as agreed"
    case .tooBusy, .cancelled: "there was no connection to spare"
    }
  }
}
