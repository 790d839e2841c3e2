import HTTP
import Testing

@testable import OrderAPI

@Suite("Bad tokens")
struct BadTokensTests {
  private static let here = ClientAddress(v4: 1)

  @Test("cost nothing at first, then a wait that doubles, to a minute")
  func doubling() {
    var tokens = BadTokens()
    var now = Duration.zero
    for _ in 0..<BadTokens.toleratedCount { #expect(tokens.count(from: Self.here, at: now) == nil) }
    var waits: [Duration] = []
    for _ in 0..<10 {
      let wait = tokens.count(from: Self.here, at: now)
      waits.append(wait ?? .zero)
      now += wait ?? .zero
    }

    #expect(waits == [1, 2, 4, 8, 16, 32, 64, 64, 64, 64].map { .seconds($0) })
  }

  @Test("that come during a wait are told what is left of it, and do not prolong it")
  func impatient() {
    var tokens = BadTokens()
    for _ in 0...BadTokens.toleratedCount { _ = tokens.count(from: Self.here, at: .zero) }

    for _ in 0..<100 {
      #expect(tokens.count(from: Self.here, at: .milliseconds(400)) == .milliseconds(600))
    }
    #expect(tokens.count(from: Self.here, at: .seconds(1)) == .seconds(2))
  }

  @Test("are forgotten after a while, and are those of their own address")
  func forgotten() {
    var tokens = BadTokens()
    for _ in 0...BadTokens.toleratedCount { _ = tokens.count(from: Self.here, at: .zero) }

    #expect(tokens.count(from: ClientAddress(v4: 2), at: .zero) == nil)
    #expect(tokens.count(from: Self.here, at: BadTokens.resetAfter) == nil)
  }

  @Test("take no more memory than is set aside for them")
  func bounded() {
    var tokens = BadTokens()
    for address in 0..<20_000 as Range<UInt32> {
      _ = tokens.count(from: ClientAddress(v4: address), at: .zero)
      #expect(tokens.count <= BadTokens.addressesMax)
    }
  }

  @Test("of one network are one sender's, and an IPv4 address is itself in either notation")
  func addresses() {
    let v6 = ClientAddress(v6: 0x2001_0DB8_0000_0001, 7)

    #expect(v6 == ClientAddress(v6: 0x2001_0DB8_0000_0001, 9))
    #expect(v6 != ClientAddress(v6: 0x2001_0DB8_0000_0002, 7))
    #expect(ClientAddress(v6: 0, 0xFFFF_C000_0201) == ClientAddress(v4: 0xC000_0201))
    #expect(ClientAddress(v6: 0, 1) != ClientAddress(v4: 0))
    #expect(ClientAddress(v6: 1, 1) != ClientAddress(v4: 1))
  }
}
