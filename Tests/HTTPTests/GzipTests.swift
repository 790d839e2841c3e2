import HTTP
import TestSupport
import Testing

@Suite("Gzip") struct GzipTests {
  private static func text(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { _ in UInt8.random(in: 97...104, using: &random) }
  }

  @Test(
    "restores what it compressed, of any size and in any pieces", arguments: [0, 1, 99, 70_000])
  func pieces(_ count: Int) {
    let seed = UInt64.random(in: 0...(.max))
    let bytes = Self.text(count, seed: seed)
    let gzip = Gzip()
    for size in [1, 7, 4_096, 65_536, count + 1] where count / size < 10_000 {
      gzip.begin()
      var out: [UInt8] = []
      var start = 0
      repeat {
        let end = min(start + size, count)
        gzip.add(bytes[start..<end], isLast: end == count, to: &out)
        start = end
      } while start < count

      #expect(Gzip.inflate(out, bytesMax: count) == bytes, "seed \(seed), pieces of \(size)")
    }
  }

  @Test("makes text smaller at every level, and begins as its format does")
  func levels() {
    let bytes = Self.text(100_000, seed: 1)
    for level in 1...9 {
      let small = Gzip.compress(bytes, level: level)
      #expect(small.count < bytes.count / 2 && small.prefix(3) == [0x1F, 0x8B, 8])
      #expect(Gzip.inflate(small, bytesMax: bytes.count) == bytes)
    }
  }

  @Test("does not decode what is damaged, truncated, or larger than allowed")
  func damaged() {
    let bytes = Self.text(10_000, seed: 2)
    let small = Gzip.compress(bytes)
    #expect(Gzip.inflate(small, bytesMax: bytes.count - 1) == nil)
    #expect(Gzip.inflate(Array(small.dropLast()), bytesMax: 1 << 20) == nil)
    #expect(Gzip.inflate([], bytesMax: 10) == nil)
    #expect(Gzip.inflate([1, 2, 3], bytesMax: 10) == nil)
    var changed = small
    changed[small.count / 2] ^= 0xFF
    #expect(Gzip.inflate(changed, bytesMax: 1 << 20) == nil)
  }

  typealias Wish = (fields: [String], gzip: Bool, refusesIdentity: Bool)
  static let wishes: [Wish] = [
    ([], false, false), (["gzip"], true, false), (["GZIP, deflate, br"], true, false),
    (["x-gzip"], true, false), (["*"], true, false), (["br"], false, false), ([""], false, false),
    (["gzip;q=0"], false, false), (["gzip; q=0.000"], false, false),
    (["gzip;q=0.001"], true, false),
    (["gzip;q=0.5, identity;q=0.6"], false, false), (["gzip;q=0.6, identity;q=0.5"], true, false),
    (["gzip;q=1, identity"], true, false), (["identity"], false, false),
    (["identity;q=0"], false, true), (["identity;q=0, gzip"], true, true), (["*;q=0"], false, true),
    (["*;q=0, identity"], false, false), (["gzip, *;q=0"], true, true),
    (["*;q=0.5, gzip;q=0.1"], false, false), (["gzip;q=0, *"], false, false),
    (["br", "gzip"], true, false), (["gzip;q=2"], false, false),
    (["gzip;q=x, *;q=0.1"], true, false),
  ]

  @Test("is used as Accept-Encoding says, by its weights", arguments: wishes)
  func accepted(_ wish: Wish) throws {
    var parser = RequestParser()
    var offset = 0
    let fields = wish.fields.map { "Accept-Encoding: \($0)\r\n" }.joined()
    let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n".utf8)
    guard case .request(let request) = parser.consume(bytes.span, from: &offset) else {
      Issue.record("no request")
      return
    }

    let accepted = AcceptedCodings(request)

    #expect(accepted.prefersGzip == wish.gzip, "\(wish.fields)")
    #expect(accepted.refusesIdentity == wish.refusesIdentity, "\(wish.fields)")
  }
}
