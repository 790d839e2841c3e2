package import Postgres

/// Deletes stored answers that are old enough.
package struct AnswerPruner {
  /// How long an answer is stored at least.
  package static let age = Duration.seconds(24 * 3_600)
  /// Rows in one transaction: some milliseconds of work, and few locks.
  private static let batch = 500
  /// Batches in one call, so that a day's backlog does not occupy the connection for long.
  private static let batchesMax = 100

  private let session: Session

  /// Deletes over this connection.
  package init(_ session: Session) { self.session = session }

  /// Deletes the answers that are older than `age`, batch by batch; returns how many.
  package func prune(olderThan age: Duration = Self.age) async throws(PostgresError) -> Int {
    try await session.prune(
      batch: Self.batch, batchesMax: Self.batchesMax,
      by: """
        SELECT prune_answers(\(Int(age.components.seconds)) * interval '1 second',
                             \(Int32(Self.batch)))
        """)
  }
}
