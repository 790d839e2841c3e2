import HTTP
package import HTTPClient
import JSON
import Orders

/// The process service as we speak to it. It is not trusted: what it answers is read strictly, and
/// what is not exactly as agreed says nothing.
package struct ProcessService {
  private let client: HTTPClient
  private let base: BaseURL
  private let callback: (String) -> String

  /// The service at an address. `callback` answers where we want to be called about an order.
  package init(
    _ client: HTTPClient, at base: BaseURL, callback: @escaping (_ reference: String) -> String
  ) {
    self.client = client
    self.base = base
    self.callback = callback
  }

  /// Tells it to start the process of an order.
  func start(_ reference: String) async -> (ProcessVisit.Reply, Breaker.Event?) {
    let url = PercentCoding.encode(callback(reference))
    let request = ClientRequest(
      .post, base.path + "/order_process?callback_url=\(url)", host: base.host, contentType: .json,
      body: JSONWriter.object { $0.string("order_id", reference) })
    do {
      let answer = try await client.send(request)
      if answer.status == 202 || answer.status == 200 { return (.accepted, .answered) }
      return (.unclear("a start was answered \(answer.status)"), event(answer.status))
    } catch {
      let isUnsent = error.outcome == .notSent
      let reply: ProcessVisit.Reply = isUnsent ? .notSent(error.words) : .unclear(error.words)
      return (reply, error.event)
    }
  }

  /// Asks it what it knows of an order.
  func look(_ reference: String) async -> (ProcessVisit.Sighting, Breaker.Event?) {
    let id = PercentCoding.encode(reference)
    let request = ClientRequest(
      .get, base.path + "/order_process?order_id=\(id)", host: base.host)
    do {
      let answer = try await client.send(request)
      guard answer.status == 200 else {
        return (.unclear("a look was answered \(answer.status)"), event(answer.status))
      }
      return (Self.sighting(in: answer.body, of: reference), .answered)
    } catch {
      return (.unclear(error.words), error.event)
    }
  }

  /// What an answer shows: `{"order_id":"a","status":"RUNNING"}`, or `{}`.
  static func sighting(in body: [UInt8], of reference: String) -> ProcessVisit.Sighting {
    let nonsense = ProcessVisit.Sighting.unclear("a look was answered with something else")
    guard case .object(let members)? = try? JSONValue(parsing: body) else { return nonsense }
    if members.isEmpty { return .unknown }
    let value = JSONValue.object(members)
    // Strings would compare equal when only their normal forms are.
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

  /// A service that answers so is not able to do anything for anybody.
  private func event(_ status: Int) -> Breaker.Event { status >= 500 ? .failed : .answered }
}

extension HTTPClientError {
  /// What the failure says of the service; nothing when it is our own.
  fileprivate var event: Breaker.Event? {
    switch reason {
    case .badHost, .tooBusy, .cancelled: nil
    case .malformed, .tooLarge: .answered
    case .noAddress, .connectFailed, .timeout, .reset: .failed
    }
  }

  /// What the failure is called in the log and the queue.
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
