import Postgres
import PrivateCluster
import TestSupport
import Testing

/// What the roles of the database may do, read from the catalogue, so that a new table or function
/// cannot be forgotten.
@Suite("The roles of the database")
struct DatabaseRolesTests {
  /// What the service may write directly: by table the columns it may insert and may update.
  private static let serviceWrites: [String: (insert: String, update: String)] = [
    "customers": ("email,id,name,ship_to", "email,name,ship_to"),
    "products": ("", "description,name,price,reorder_level,retired_at"),
    "tokens": (
      "customer_id,expires_at,first_number,hash,name,role", "expires_at,last_used_at,revoked_at"
    ),
    "stock_subscriptions": ("customer_id,product_id", "is_waiting"),
    "saved_views": (
      "is_shared,name,owner,query,screen,who", "is_shared,name,query,screen,who"
    ),
    "order_processes": ("", "claimed_at,due_at,hinted_at,visits"),
    "idempotency_keys": (
      "body,content_type,contract,created_at,fields,fingerprint,id,key,method,path,status,token", ""
    ),
  ]
  private static let serviceCalls: Set<String> = [
    "address_holds", "adjust_stock", "adjust_stocks", "answer_id", "begin_import",
    "change_orders_by_import", "channel_kind", "claim_answers", "close_session", "count_orders",
    "count_stock", "create_product", "delete_saved_view", "draw_numbers", "edit_order", "feed",
    "feed_cursor",
    "find_sessions", "find_tokens", "folded", "held_rows", "hide_order", "hold_import",
    "import_customers", "import_orders", "import_products", "is_internal_write",
    "look_up_orders", "may_move", "move_import", "move_orders", "note_sessions", "open_session",
    "order_units", "pieces_of", "place_all_orders", "place_orders", "product_sales",
    "prune_answers", "prune_sessions", "record_visits", "refresh_report", "reserve_numbers",
    "return_order", "schema_objects", "search_names", "search_orders", "sequence_events",
    "service_functions", "settle_currency", "ship_goods", "ship_order", "takes_stock",
    "wait_for_rows", "who", "word_of", "words_of",
  ]
  private static let readerCalls: Set<String> = [
    "channel_kind", "feed", "feed_cursor", "is_internal_write", "may_move", "product_sales",
    "schema_objects", "service_functions", "takes_stock", "who",
  ]

  @Test(
    "may write what the service writes itself, table by table and column by column, and no more")
  func tables() async throws {
    try await asOwner { session in
      for role in [ClusterRole.service, .reader] {
        let rows = try await session.rows(
          """
          SELECT relname::text,
                 has_table_privilege(\(role.rawValue), c.oid,
                                     'DELETE, TRUNCATE, TRIGGER, REFERENCES'),
                 \(Self.columns(role, "INSERT")), \(Self.columns(role, "UPDATE")),
                 \(Self.columns(role, "SELECT", granted: false))
            FROM pg_class AS c
           WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('r', 'v', 'm')
           ORDER BY relname
          """)
        #expect(rows.count > 20)
        for row in rows {
          let table = try row.text(0)
          let writes = role == .service ? Self.serviceWrites[table] : nil
          #expect(try !row.bool(1), "\(role) on \(table)")
          #expect(try row.text(2) == writes?.insert ?? "", "\(role) inserts into \(table)")
          #expect(try row.text(3) == writes?.update ?? "", "\(role) updates \(table)")
          let isSecret = ["tokens", "console_sessions"].contains(table)
          #expect(try row.text(4) == (isSecret ? "hash" : ""), "\(role) reads \(table)")
        }
      }
    }
  }

  @Test("may call what the service calls, and what the views call, and nothing else")
  func functions() async throws {
    try await asOwner { session in
      for (role, calls) in [(ClusterRole.service, Self.serviceCalls), (.reader, Self.readerCalls)] {
        let rows = try await session.rows(
          """
          SELECT DISTINCT proname::text FROM pg_proc
           WHERE pronamespace = 'waybill'::regnamespace
             AND has_function_privilege(\(role.rawValue), oid, 'EXECUTE')
          """)
        #expect(Set(try rows.map { try $0.text(0) }) == calls, "\(role)")
      }
      // Who may do nothing, may do nothing.
      let everybody = try await session.rows(
        """
        SELECT proname::text FROM pg_proc
         WHERE pronamespace = 'waybill'::regnamespace
           AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))
                        WHERE grantee = 0)
        """)
      #expect(everybody.count == 0)
    }
  }

  @Test("may make, change and drop nothing")
  func definitions() async throws {
    let conninfo = try await MigratedDatabase.make()
    for role in [ClusterRole.service, .reader] {
      let statements = [
        "CREATE TABLE waybill.more (id int)", "ALTER TABLE waybill.orders ADD COLUMN more int",
        "DROP FUNCTION waybill.takes_stock(text)", "CREATE SCHEMA more",
        "ALTER TABLE waybill.orders DISABLE TRIGGER USER", "TRUNCATE waybill.order_events",
        "DELETE FROM waybill.stock_adjustments", "UPDATE waybill.products SET stock = 5",
        "INSERT INTO waybill.order_events DEFAULT VALUES", "SELECT hash FROM waybill.tokens",
        "SELECT * FROM waybill.tokens", "SELECT hash FROM waybill.console_sessions",
        "DELETE FROM waybill.console_sessions", "DELETE FROM waybill.saved_views",
        "SELECT waybill.set_internal_write(true)",
        "REFRESH MATERIALIZED VIEW waybill.customer_report",
        "SELECT waybill.grant_access('\(role.rawValue)', NULL)",
      ]
      let states = try await Self.states(of: statements, conninfo, as: role)
      // 42501 is insufficient_privilege.
      #expect(states == statements.map { _ in "42501" }, "\(role)")
    }
  }

  @Test("let a reader read every view")
  func views() async throws {
    let conninfo = try await MigratedDatabase.make()
    let views = try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      return try await session.rows(
        """
        SELECT oid::regclass::text FROM pg_class
         WHERE relnamespace = 'waybill'::regnamespace AND relkind IN ('v', 'm')
        """
      ).map { try $0.text(0) }
    }
    #expect(views.count >= 9)
    let statements = views.map { "SELECT * FROM \($0)" }
    let states = try await Self.states(of: statements, conninfo, as: .reader)
    #expect(states == views.map { _ in "" }, "\(views)")
  }

  @Test("lose what an earlier version granted and this one does not")
  func takenBack() async throws {
    let conninfo = try await MigratedDatabase.make()
    let left = try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await session.run(
        unsafeText: """
          GRANT UPDATE (stock) ON products TO waybill_service;
          GRANT DELETE ON orders TO waybill_reader;
          SELECT grant_access('waybill_service', 'waybill_reader')
          """)
      let rows = try await session.rows(
        """
        SELECT has_column_privilege('waybill_service', 'products', 'stock', 'UPDATE'),
               has_table_privilege('waybill_reader', 'orders', 'DELETE')
        """)
      return [try rows[0].bool(0), try rows[0].bool(1)]
    }
    #expect(left == [false, false])
  }

  /// The columns of the table `c` that a role may use so, or may not.
  private static func columns(_ role: ClusterRole, _ privilege: String, granted: Bool = true) -> SQL
  {
    """
    coalesce((SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute
               WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
                 AND has_column_privilege(\(role.rawValue), c.oid, attnum, \(privilege))
                     = \(granted)),
             '')
    """
  }

  /// The state in which each statement ends; empty where it succeeds.
  private static func states(
    of statements: [String], _ conninfo: String, as role: ClusterRole
  ) async throws -> [String] {
    try await onLoop { loop in
      let target = try ConnectionString(MigratedDatabase.as(role, conninfo))
      let session = try await Session.open(target, on: loop)
      defer { session.close() }
      var states: [String] = []
      for statement in statements {
        do throws(PostgresError) {
          try await session.run(unsafeText: statement)
          states.append("")
        } catch {
          states.append(error.serverError?.state.rawValue ?? "\(error)")
        }
      }
      return states
    }
  }

  private func asOwner(_ body: @escaping @Sendable (Session) async throws -> Void) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let session = try await Session.open(try ConnectionString(conninfo), on: loop)
      defer { session.close() }
      try await body(session)
    }
  }
}
