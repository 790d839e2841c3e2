import HTTP
import TestSupport
import Testing

@Suite("Mutated requests") struct FuzzTests {
  @Test(
    "never end the process, and are read in the same way however they are split", arguments: 1...4)
  func splitInvariance(seed: UInt64) {
    var mutations = Mutations(seed: seed)
    for round in 0..<2_500 {
      let bytes = mutations.next()

      let whole = RequestReading([bytes])
      let single = RequestReading(bytes.map { [$0] })

      if single != whole {
        Issue.record("seed \(seed), round \(round): \(bytes): \(whole) but byte by byte \(single)")
      }
    }
  }

  @Test("of the answers of other services never end the process either", arguments: 1...2)
  func responses(seed: UInt64) {
    var mutations = Mutations(seed: seed, of: HTTPCorpus.responses.map(\.bytes))
    for _ in 0..<2_500 {
      let bytes = mutations.next()
      var parser = ResponseParser(answering: .get)
      var offset = 0
      _ = parser.consume(bytes.span, from: &offset)
      _ = parser.end()
    }
  }
}

/// Corpus cases with a few bytes changed, moved, lost or added; a seed repeats the sequence.
struct Mutations {
  /// Pieces that mean something to a parser: a mutation puts them where they do not belong.
  private static let pieces = [
    "\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", ":", ",", ";", "\0", "0", "5", "f", "?", "#", "%",
    "*",
    "/", "Host: a\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "chunked",
    "HTTP/1.1", "HTTP/1.0", "0\r\n\r\n", "GET / HTTP/1.1\r\n", "Connection: close\r\n", "http://",
  ].map { Array($0.utf8) }

  private let originals: [[UInt8]]
  private var random: SeededRandom

  init(seed: UInt64, of originals: [[UInt8]] = HTTPCorpus.requests.map(\.bytes)) {
    self.originals = originals.filter { $0.count < 2_000 }
    random = SeededRandom(seed: seed)
  }

  mutating func next() -> [UInt8] {
    var bytes = originals.randomElement(using: &random)!
    if Bool.random(using: &random) { bytes += originals.randomElement(using: &random)! }
    for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes) }
    return bytes
  }

  private mutating func mutate(_ bytes: inout [UInt8]) {
    let position = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0 where position < bytes.count:
      bytes[position] = UInt8.random(in: 0...255, using: &random)
    case 1:
      let end = min(bytes.count, position + Int.random(in: 1...8, using: &random))
      bytes.removeSubrange(position..<end)
    case 2:
      let end = min(bytes.count, position + Int.random(in: 1...40, using: &random))
      bytes.insert(contentsOf: bytes[position..<end], at: position)
    default:
      bytes.insert(contentsOf: Self.pieces.randomElement(using: &random)!, at: position)
    }
  }
}
