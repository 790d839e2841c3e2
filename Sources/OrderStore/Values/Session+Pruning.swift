import Postgres

extension Session {
  /// Runs a statement that deletes up to `batch` rows and returns how many, until fewer are left or
  /// it has run `batchesMax` times; returns how many were deleted.
  func prune(
    batch: Int, batchesMax: Int, by statement: SQL
  ) async throws(PostgresError) -> Int {
    var sum = 0
    for _ in 0..<batchesMax {
      let count = try await rows(statement)[0].int(0)
      sum += count
      if count < batch { break }
    }
    return sum
  }
}
