package import HTTP

/// Why a server answers in place of a handler.
package enum Refusal: Hashable, Sendable {
  /// The bytes are not a request that is read here.
  case rejected(Rejection)
  /// The head took too long to arrive.
  case headTimeout
  /// The content took too long to arrive, or came too slowly.
  case bodyTimeout
  /// The handler took too long; what it did is not known.
  case handlerTimeout
  /// As many connections are open as may be.
  case tooManyConnections
  /// As many requests are in hand as may be.
  case tooManyRequests

  /// The status to answer with.
  package var status: Status {
    switch self {
    case .rejected(let rejection): rejection.status
    case .headTimeout, .bodyTimeout: .requestTimeout
    case .handlerTimeout, .tooManyConnections, .tooManyRequests: .serviceUnavailable
    }
  }

  /// Whether the same request may well succeed a little later.
  var isTemporary: Bool { status == .serviceUnavailable }

  /// One sentence for the sender.
  package var sentence: String {
    switch self {
    case .rejected(let rejection): rejection.sentence
    case .headTimeout: "The request took too long to arrive."
    case .bodyTimeout: "The content of the request arrived too slowly."
    case .handlerTimeout: "The request took too long; whether it took effect is not known."
    case .tooManyConnections: "There are too many connections."
    case .tooManyRequests: "There are too many requests at the moment."
    }
  }
}
