/// A status code with its reason phrase (RFC 9110 section 15).
package struct Status: Hashable, Sendable {
  /// Three digits.
  package let code: Int
  let reason: StaticString

  /// A status of one's own; prefer the named ones.
  package init(_ code: Int, _ reason: StaticString) {
    precondition((200...599).contains(code), "a final status has a code from 200 to 599")
    self.code = code
    self.reason = reason
  }

  /// Two statuses are one when their codes are.
  package static func == (left: Status, right: Status) -> Bool { left.code == right.code }

  /// Hashes the code.
  package func hash(into hasher: inout Hasher) { hasher.combine(code) }

  /// The status of that code that has a name here.
  package static func named(_ code: Int) -> Status? { named[code] }

  /// The phrase for people: `Not Found`.
  package var reasonPhrase: String { reason.description }

  /// Whether an answer with this status carries content; 204 and 304 never do.
  package var allowsContent: Bool { code != 204 && code != 304 }
}

extension Status {
  /// 200.
  package static let ok = Status(200, "OK")
  /// 201.
  package static let created = Status(201, "Created")
  /// 202.
  package static let accepted = Status(202, "Accepted")
  /// 204.
  package static let noContent = Status(204, "No Content")
  /// 301.
  package static let movedPermanently = Status(301, "Moved Permanently")
  /// 303.
  package static let seeOther = Status(303, "See Other")
  /// 304.
  package static let notModified = Status(304, "Not Modified")
  /// 307.
  package static let temporaryRedirect = Status(307, "Temporary Redirect")
  /// 308.
  package static let permanentRedirect = Status(308, "Permanent Redirect")
  /// 400.
  package static let badRequest = Status(400, "Bad Request")
  /// 401.
  package static let unauthorized = Status(401, "Unauthorized")
  /// 403.
  package static let forbidden = Status(403, "Forbidden")
  /// 404.
  package static let notFound = Status(404, "Not Found")
  /// 405.
  package static let methodNotAllowed = Status(405, "Method Not Allowed")
  /// 406.
  package static let notAcceptable = Status(406, "Not Acceptable")
  /// 408.
  package static let requestTimeout = Status(408, "Request Timeout")
  /// 409.
  package static let conflict = Status(409, "Conflict")
  /// 410.
  package static let gone = Status(410, "Gone")
  /// 412.
  package static let preconditionFailed = Status(412, "Precondition Failed")
  /// 413.
  package static let contentTooLarge = Status(413, "Content Too Large")
  /// 414.
  package static let uriTooLong = Status(414, "URI Too Long")
  /// 415.
  package static let unsupportedMediaType = Status(415, "Unsupported Media Type")
  /// 417.
  package static let expectationFailed = Status(417, "Expectation Failed")
  /// 421.
  package static let misdirectedRequest = Status(421, "Misdirected Request")
  /// 422.
  package static let unprocessableContent = Status(422, "Unprocessable Content")
  /// 428.
  package static let preconditionRequired = Status(428, "Precondition Required")
  /// 429.
  package static let tooManyRequests = Status(429, "Too Many Requests")
  /// 431.
  package static let requestHeaderFieldsTooLarge = Status(431, "Request Header Fields Too Large")
  /// 500.
  package static let internalServerError = Status(500, "Internal Server Error")
  /// 501.
  package static let notImplemented = Status(501, "Not Implemented")
  /// 502.
  package static let badGateway = Status(502, "Bad Gateway")
  /// 503.
  package static let serviceUnavailable = Status(503, "Service Unavailable")
  /// 504.
  package static let gatewayTimeout = Status(504, "Gateway Timeout")
  /// 505.
  package static let httpVersionNotSupported = Status(505, "HTTP Version Not Supported")
}

extension Status {
  private static let named = Dictionary(
    uniqueKeysWithValues: all.map { ($0.code, $0) })

  private static let all: [Status] = [
    .ok, .created, .accepted, .noContent, .movedPermanently, .seeOther, .notModified,
    .temporaryRedirect, .permanentRedirect, .badRequest, .unauthorized, .forbidden, .notFound,
    .methodNotAllowed,
    .notAcceptable, .requestTimeout, .conflict, .gone, .preconditionFailed, .contentTooLarge,
    .uriTooLong, .unsupportedMediaType, .expectationFailed, .misdirectedRequest,
    .unprocessableContent,
    .preconditionRequired, .tooManyRequests, .requestHeaderFieldsTooLarge, .internalServerError,
    .notImplemented, .badGateway, .serviceUnavailable, .gatewayTimeout, .httpVersionNotSupported,
  ]
}
