/// Random numbers that depend only on a seed (SplitMix64), so that a run can be repeated.
struct RandomSource: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Separate numbers for each process of each order: the second process of order `a` has the same
  /// plan in every run with this seed, whatever else happens.
  init(seed: UInt64, order: String, process: Int) {
    // FNV-1a, because Swift's own hash is different in each run.
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

  /// True with this probability: never at 0, always at 1.
  mutating func chance(_ rate: Double) -> Bool { .random(in: 0..<1, using: &self) < rate }

  mutating func duration(in milliseconds: ClosedRange<Int>) -> Duration {
    .milliseconds(Int.random(in: milliseconds, using: &self))
  }
}
