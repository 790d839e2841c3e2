/// Random numbers that follow from a seed alone (SplitMix64), so that a run can be repeated.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Numbers of their own for each process of each order: whatever else happens, and in whatever
  /// order, the second process of order `a` meets the same fate in every run with this seed.
  init(seed: UInt64, order: String, process: Int) {
    // FNV-1a, because Swift's own hash differs from run to run.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in order.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = seed &+ hash &+ UInt64(process)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Yes at this rate: never at 0, always at 1.
  mutating func says(_ rate: Double) -> Bool { .random(in: 0..<1, using: &self) < rate }

  mutating func duration(in milliseconds: ClosedRange<Int>) -> Duration {
    .milliseconds(Int.random(in: milliseconds, using: &self))
  }
}
