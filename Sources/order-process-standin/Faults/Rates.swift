/// The probability of each fault, from 0 (never) to 1 (always).
struct Rates: Sendable {
  var failure = 0.0
  var forgetting = 0.0
  var refusal = 0.0
  var lostAnswer = 0.0
  var silence = 0.0
  var delay = 0.0
  var lostCallback = 0.0
  var doubledCallback = 0.0
  var earlyCallback = 0.0
}
