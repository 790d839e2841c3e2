import Glibc

/// Asks every two milliseconds until the condition holds; false when the time is over.
///
/// It blocks its thread, which is right for the two moments a cluster is waited for: before the
/// service serves, and after it has stopped serving.
func waited(upTo seconds: Int, until condition: () -> Bool) -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while !condition() {
    if ContinuousClock.now >= deadline { return false }
    usleep(2_000)
  }
  return true
}
