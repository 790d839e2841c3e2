package import HTTP

/// Why the server itself answers a request, instead of a handler.
package enum HTTPServerError: Hashable, Sendable {
  /// The bytes are not a valid or supported request.
  case rejected(Rejection)
  /// The head took too long to arrive.
  case headTimeout
  /// The content took too long to arrive, or came too slowly.
  case bodyTimeout
  /// The handler took too long; whether the request took effect is not known.
  case handlerTimeout
  case tooManyConnections
  /// Too many requests of its sender wait already.
  case tooManyWaiting
  /// The request's turn did not come in time.
  case waitedTooLong

  package var status: Status {
    switch self {
    case .rejected(let rejection): rejection.status
    case .headTimeout, .bodyTimeout: .requestTimeout
    case .handlerTimeout, .tooManyConnections, .tooManyWaiting, .waitedTooLong: .serviceUnavailable
    }
  }

  /// Whether the same request is likely to succeed a little later.
  var isTemporary: Bool { status == .serviceUnavailable }

  /// Whether the connection can be used again, because the whole request was read and ignored.
  var keepsConnection: Bool { self == .tooManyWaiting || self == .waitedTooLong }

  /// One sentence for the client.
  package var sentence: String {
    switch self {
    case .rejected(let rejection): rejection.sentence
    case .headTimeout: "The request took too long to arrive."
    case .bodyTimeout: "The content of the request arrived too slowly."
    case .handlerTimeout: "The request took too long; whether it took effect is not known."
    case .tooManyConnections: "There are too many connections."
    case .tooManyWaiting: "There are too many requests at the moment."
    case .waitedTooLong: "The request has waited too long for others. Nothing was done."
    }
  }
}
