import HTTP
import TestSupport
import Testing

@Suite("The request corpus") struct RequestCorpusTests {
  @Test("is read as the RFCs say, however it is split", arguments: HTTPCorpus.requests)
  func split(_ example: HTTPCase) {
    let expected = Outcome(requests: example.requests, refusal: example.refusal)

    #expect(Outcome(reading: [example.bytes]) == expected)
    #expect(Outcome(reading: example.bytes.map { [$0] }) == expected, "byte by byte")
    for position in example.bytes.indices.dropFirst() {
      let parts = [example.bytes[..<position], example.bytes[position...]].map(Array.init)
      let outcome = Outcome(reading: parts)
      if outcome != expected { Issue.record("split at \(position): \(outcome)") }
    }
  }

  @Test("has 250 cases or more, and none twice") func size() {
    let twice = Dictionary(grouping: HTTPCorpus.requests, by: \.bytes).values.filter {
      $0.count > 1
    }

    #expect(HTTPCorpus.requests.count >= 250)
    #expect(twice.isEmpty)
  }
}

/// What a parser made of one connection's bytes.
struct Outcome: Equatable {
  var requests: [String]
  var refusal: Int?

  init(requests: [String], refusal: Int?) {
    self.requests = requests
    self.refusal = refusal
  }

  init(reading pieces: [[UInt8]], limits: MessageLimits = .standard) {
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
