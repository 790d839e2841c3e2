import Glibc

/// Checks the condition every two milliseconds until it holds; false when the time is over.
///
/// It blocks its thread. A cluster is only waited for before the service serves, and after it has
/// stopped serving.
func waited(upTo seconds: Int, until condition: () -> Bool) -> Bool {
  let deadline = ContinuousClock.now + .seconds(seconds)
  while !condition() {
    if ContinuousClock.now >= deadline { return false }
    usleep(2_000)
  }
  return true
}
