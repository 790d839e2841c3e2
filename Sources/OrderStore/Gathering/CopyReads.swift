import Orders
package import Postgres

/// Lets requests read from replicas, of which no caller notices more than that they are fast: each
/// sees what they have written, and never an older state after a newer one.
package struct CopyReads {
  /// A place in the history of the database. Whoever reads at it sees all that was written before.
  package struct Position: CustomStringConvertible, Sendable {
    fileprivate let position: LogPosition

    /// Reads the text of a position; nil when it is none.
    package init?(_ text: String) {
      guard let position = LogPosition(text) else { return nil }
      self.position = position
    }

    fileprivate init(_ position: LogPosition) { self.position = position }

    package var description: String { position.description }
  }

  private let positions: ReadPositions

  /// Nil for a database without replicas.
  package init?(_ database: Database) {
    guard let positions = ReadPositions(database) else { return nil }
    self.positions = positions
  }

  /// Runs `body`, the reads of which any copy may answer that is new enough for the reader and has
  /// reached `position`. It is run again on the primary when it throws what newer data may not.
  package func fromAnyCopy<Value>(
    by reader: Int, at position: Position?, _ body: () async throws -> Value
  ) async throws -> Value {
    try await positions.readingAnyCopy(
      by: reader, at: position?.position, isPassing: Self.isPassing, body)
  }

  /// Runs `body`, which reads what the primary shows.
  package func fromPrimary<Value>(
    by reader: Int, _ body: () async throws -> Value
  ) async throws -> Value {
    try await positions.readingPrimary(by: reader, isPassing: Self.isPassing, body)
  }

  /// Runs `body`, which may write; returns a position behind all that it wrote, or nil when that is
  /// not known.
  package func writing<Value>(
    by reader: Int, _ body: () async throws -> Value
  ) async throws -> (Value, Position?) {
    let (value, position) = try await positions.writing(by: reader, body)
    return (value, position.map(Position.init))
  }

  private static func isPassing(_ error: any Error) -> Bool {
    (error as? OrderError)?.isPassing ?? false
  }

  /// The reader has seen what the primary showed until now.
  package func sawPrimary(by reader: Int) { positions.sawPrimary(by: reader) }
}
