package import Orders
package import Postgres

/// Views of the console's screens that people have saved.
package final class SavedViewRepository {
  private let database: Database

  /// The views, over the connections of one loop.
  package init(_ database: Database) { self.database = database }

  /// One page of the views that somebody sees, their own and shared ones, after `position`.
  package func list(
    _ screen: ScreenName?, for owner: ViewOwner, after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<SavedView, Int> {
    try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns(owner)) FROM saved_views
         WHERE id > \(position ?? 0) AND (is_shared OR owner IS NOT DISTINCT FROM \(owner.line))
           AND screen = coalesce(\(screen?.value), screen)
         ORDER BY id \(size.limitClause)
        """)
      return Page(reading: try rows.map(Self.view), size: size, position: \.id)
    }
  }

  /// One view that somebody sees.
  package func find(
    _ id: Int, for owner: ViewOwner
  ) async throws(OrderError) -> SavedView? {
    try await mappingErrors { () throws(PostgresError) in
      try await database.read(
        """
        SELECT \(Self.columns(owner)) FROM saved_views
         WHERE id = \(id) AND (is_shared OR owner IS NOT DISTINCT FROM \(owner.line))
        """
      ).first.map(Self.view)
    }
  }

  /// Saves a view.
  package func create(
    _ new: NewSavedView, for owner: ViewOwner, by actor: String
  ) async throws(OrderError) -> SavedView {
    let saved = try await saving(new) { () throws(PostgresError) in
      try await database.write(
        """
        INSERT INTO saved_views (owner, is_shared, screen, name, query, who)
        VALUES (\(owner.line), \(new.isShared), \(new.screen.value), \(new.name.value),
                \(new.query.value), \(actor))
        RETURNING \(Self.columns(owner))
        """)
    }
    guard let saved else { throw .failure(detail: "an inserted view is not returned") }
    return saved
  }

  /// Replaces a view; nil when there is none that the owner may change and that has this version.
  package func replace(
    _ id: Int, by new: NewSavedView, expecting version: Int?, for owner: ViewOwner, by actor: String
  ) async throws(OrderError) -> SavedView? {
    try await saving(new) { () throws(PostgresError) in
      try await database.write(
        """
        UPDATE saved_views
           SET is_shared = \(new.isShared), screen = \(new.screen.value), name = \(new.name.value),
               query = \(new.query.value), who = \(actor)
         WHERE id = \(id) AND version = coalesce(\(version), version)
           AND (owner IS NOT DISTINCT FROM \(owner.line) OR is_shared AND \(owner.mayChangeAll))
        RETURNING \(Self.columns(owner))
        """)
    }
  }

  /// Deletes a view; false when there is none that the owner may delete and that has this version.
  package func delete(
    _ id: Int, expecting version: Int?, for owner: ViewOwner
  ) async throws(OrderError) -> Bool {
    try await mappingErrors { () throws(PostgresError) in
      try await database.write(
        "SELECT delete_saved_view(\(id), \(version), \(owner.line), \(owner.mayChangeAll))"
      )[0].bool(0)
    }
  }

  private func saving(
    _ new: NewSavedView, _ body: () async throws(PostgresError) -> Rows
  ) async throws(OrderError) -> SavedView? {
    do throws(PostgresError) {
      return try await body().first.map(Self.view)
    } catch {
      switch error.serverError?.constraint {
      case "saved_views_name_key": throw .idTaken("view \(new.name.value)")
      case "saved_views_limit": throw .tooManyViews
      default: throw OrderError(error)
      }
    }
  }

  private static func columns(_ owner: ViewOwner) -> SQL {
    """
    id, name, screen, query, is_shared, owner IS NOT DISTINCT FROM \(owner.line), who, version,
    created_at, updated_at
    """
  }

  private static func view(_ row: Row) throws(PostgresError) -> SavedView {
    SavedView(
      id: try row.int(0), name: try row.text(1), screen: try row.text(2), query: try row.text(3),
      isShared: try row.bool(4), isMine: try row.bool(5), who: try row.text(6),
      version: try row.int(7), createdAt: try row.moment(8), updatedAt: try row.moment(9))
  }
}
