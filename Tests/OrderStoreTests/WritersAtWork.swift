import TestSupport

/// The writers of a history that have not finished. Lives on one loop.
final class WritersAtWork {
  private(set) var left: Int
  private(set) var failures: [String] = []

  init(count: Int) { left = count }

  func run(_ body: () async throws -> Void) async {
    do { try await body() } catch { failures.append("\(DetailedError(error))") }
    left -= 1
  }

  /// Does something again and again while they write.
  func watch(_ body: () async throws -> Void) async {
    do {
      while left > 0 { try await body() }
    } catch {
      failures.append("\(DetailedError(error))")
    }
  }
}
