package import HTTP

/// What a parser makes of the bytes of one connection, which may arrive in any pieces.
package struct RequestReading: Equatable {
  package var requests: [String]
  package var refusal: Int?

  package init(requests: [String], refusal: Int?) {
    self.requests = requests
    self.refusal = refusal
  }

  package init(_ pieces: [[UInt8]], limits: MessageLimits = .standard) {
    self.init(requests: [], refusal: nil)
    var parser = RequestParser(limits: limits)
    for piece in pieces {
      var offset = 0
      reading: while true {
        switch parser.consume(piece.span, from: &offset) {
        case .request(let request):
          requests.append(Self.summary(request))
        case .rejected(let rejection):
          refusal = rejection.status.code
          break reading
        case .continueExpected:
          break
        case .needMore:
          precondition(offset == piece.count, "bytes were left although more were asked for")
          break reading
        }
      }
    }
  }

  /// `METHOD path body`, a byte of content for each character.
  private static func summary(_ request: Request) -> String {
    var words = [request.method.name, String(decoding: request.path, as: UTF8.self)]
    if !request.body.isEmpty {
      words.append(String(String.UnicodeScalarView(request.body.map { Unicode.Scalar($0) })))
    }
    return words.joined(separator: " ")
  }
}
