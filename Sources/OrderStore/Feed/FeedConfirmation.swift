import EventLoop
import Orders
import Postgres

/// Confirms what was read of the feed before it is shown: that the primary shows it too, and that
/// the synchronous standby, where there is one, has it.
///
/// A replica may show events whose commits still wait for the standby, and a primary shows such
/// commits for a moment while it dies. The server that takes over then has other events at their
/// positions. A commit on the primary after what was read waits for that as well.
final class FeedConfirmation {
  /// How long the primary may need to show what a replica has shown.
  private static let patience = Duration.seconds(1)
  private static let pause = Duration.milliseconds(20)

  /// What a server says of itself beside what is read of it.
  struct Source {
    fileprivate let isStandby: Bool
    fileprivate let commitsWait: Bool
    /// How far it has the confirmed feed.
    fileprivate let confirmed: FeedCursor

    static let columns = 3
  }

  private let database: Database
  /// The newest cursor that is known to be confirmed. As a mark is of everything up to it, a server
  /// that has this cursor has the confirmed feed so far.
  private(set) var confirmed = FeedCursor.start

  init(_ database: Database) { self.database = database }

  /// The columns of a `Source`, for a statement that is sent while this much is confirmed.
  static func columns(_ confirmed: FeedCursor) -> SQL {
    """
    pg_catalog.pg_is_in_recovery(), \(SQL.commitsWaitForStandby),
    coalesce(\(mark(at: "\(confirmed.position)")) = \(confirmed.hexMark), false)
    """
  }

  /// Confirms a cursor, with everything up to it, and the newest one of its server if possible.
  func confirm(
    _ cursor: FeedCursor, head: FeedCursor, from source: Source
  ) async throws(PostgresError) {
    guard source.isStandby || source.commitsWait, cursor.position > source.confirmed.position
    else { return }
    let end = database.loop.now + Self.patience
    while true {
      let before = confirmed
      let marks = try await marksAfterCommit(at: [cursor, head, before])
      if marks[0] == cursor.mark {
        let known = marks[1] == head.mark ? head : cursor
        if known.position > confirmed.position || marks[2] != before.mark { confirmed = known }
        return
      }
      guard marks[0] == nil, source.isStandby, database.loop.now < end else {
        throw .connectionLost(.noEffect, reason: "the primary shows another feed")
      }
      await database.loop.pause(for: Self.pause)
    }
  }

  /// Throws unless a cursor that a server did not know is unknown to the primary: it may have been
  /// a primary that was replaced and does not know it.
  func confirmUnknown(_ cursor: FeedCursor, to source: Source) async throws(PostgresError) {
    guard source.commitsWait, try await marksAfterCommit(at: [cursor])[0] == cursor.mark
    else { return }
    throw .connectionLost(.noEffect, reason: "read from a server that is no longer the primary")
  }

  /// The marks of the primary at these positions, as safe as what is acknowledged; nil where it has
  /// none.
  private func marksAfterCommit(at cursors: [FeedCursor]) async throws(PostgresError) -> [UInt32?] {
    do throws(PostgresError) {
      let rows = try await database.write(
        """
        SELECT \(Self.mark(at: "position")),
               CASE WHEN \(SQL.commitsWaitForStandby) THEN \(SQL.waitForStandby) END
          FROM unnest(\(cursors.map(\.position))) WITH ORDINALITY AS given (position, place)
         ORDER BY place
        """)
      return try rows.map { row throws(PostgresError) in
        try row.optionalText(0).flatMap { UInt32($0, radix: 16) }
      }
    } catch {
      // Nothing was to be changed.
      throw error.isOutcomeUnknown ? .timeout(.noEffect) : error
    }
  }

  /// The beginning of the hash of the tick that contains a position.
  static func mark(at position: SQL) -> SQL {
    """
    (SELECT encode(substr(hash, 1, 4), 'hex') FROM feed_ticks
      WHERE first_position <= \(position) AND first_position + events > \(position)
      ORDER BY first_position DESC LIMIT 1)
    """
  }
}

extension Row {
  /// What the server said of itself in the columns from this one on.
  func feedSource(
    at column: Int, confirmed: FeedCursor
  ) throws(PostgresError) -> FeedConfirmation.Source {
    FeedConfirmation.Source(
      isStandby: try bool(column), commitsWait: try bool(column + 1),
      confirmed: try bool(column + 2) ? confirmed : .start)
  }
}
