package import Testing

/// Waits until `condition` holds, and records a failure when it does not within the deadline.
///
/// The deadline is long because the machine may be busy; the wait ends as soon as the condition
/// holds.
package func eventually(
  _ what: Comment, within deadline: Duration = .seconds(180),
  sourceLocation: SourceLocation = #_sourceLocation,
  _ condition: () async throws -> Bool
) async throws {
  let clock = ContinuousClock()
  let end = clock.now + deadline
  while try await !condition() {
    guard clock.now < end else {
      Issue.record("not within \(deadline): \(what)", sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(2))
  }
}
