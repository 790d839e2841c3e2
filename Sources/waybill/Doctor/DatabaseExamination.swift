import EventLoop
import OrderStore
import Orders
import Postgres

/// What the doctor checks in a database that can be reached.
struct DatabaseExamination {
  /// How many seconds the clocks may differ. With more, dates in answers and in the database
  /// disagree.
  private static let clockSkewMax = 2.0

  private let configuration: Configuration
  private let target: ConnectionString
  /// How many instances of the service are to use the database.
  private let instances: Int
  private(set) var findings: Findings

  init(
    _ configuration: Configuration, _ target: ConnectionString, instances: Int,
    _ findings: Findings
  ) {
    self.configuration = configuration
    self.target = target
    self.instances = instances
    self.findings = findings
  }

  mutating func run(on loop: EventLoop) async {
    let session: Session
    do {
      session = try await Session.open(target, on: loop)
    } catch {
      findings.problem(
        "database",
        "\(error.meaning); check DATABASE_URL and the server: \(error.debugDescription)")
      return
    }
    defer { session.close() }
    do {
      try await examineServer(session, on: loop)
      try await ConnectionBudget(configuration, instances: instances, session)
        .report(to: &findings)
      try await examineDurability(session)
      guard try await examineSchema(session, on: loop) else { return }
      try await examineRights(session)
      try await examineCurrency(session)
      try await examineReport(session)
    } catch {
      findings.problem(
        "database", "ceased to answer: \(String(reflecting: error)); look at its log")
    }
  }

  /// Whether requests can read and write with their own target and settings.
  mutating func examineRequests(_ target: ConnectionString, on loop: EventLoop) async {
    var settings = PostgresSettings.forRequests(configuration)
    (settings.readConnections, settings.writeConnections) = (0, 1)
    let database = Database(target, settings: settings, on: loop)
    do throws(PostgresError) {
      try await database.checkWrites()
      findings.good("requests", "they can read and write")
    } catch {
      findings.problem(
        "requests", "the database \(error.meaning); the cause: \(error.debugDescription)")
    }
    await database.close()
  }

  private mutating func examineServer(_ session: Session, on loop: EventLoop) async throws {
    let facts = try await session.rows(
      """
      SELECT current_setting('server_version'), current_setting('server_version_num')::bigint,
             (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
             pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
             pg_backend_pid()
      """)[0]
    let version = try facts.text(0)
    findings.expect(
      try facts.int(1) >= 140_000, "database", "PostgreSQL \(version)",
      otherwise: "PostgreSQL \(version) is too old: use 14 or newer")
    let isStandby = try facts.bool(3)
    findings.expect(
      try !facts.bool(4), "writes", "",
      otherwise: isStandby
        ? "this server is a standby: name the primary in DATABASE_URL, or all servers with "
          + "target_session_attrs=read-write"
        : "transactions are read-only here: see default_transaction_read_only of the server, "
          + "the database and the role")
    findings.good(
      "pooler",
      try facts.int(5) == Int(session.reportedProcessID)
        ? "none in between"
        : "one is in between, in session mode")
    let skew = Double(try facts.int(2)) / 1e3 - Double(loop.wallClock) / 1e9
    findings.expect(
      abs(skew) <= Self.clockSkewMax, "clock", "",
      otherwise: "\(Int(skew)) s apart from the database's: set both by NTP")
  }

  private mutating func examineDurability(_ session: Session) async throws {
    let risky = try await session.rows(
      """
      SELECT name FROM pg_settings
       WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
       ORDER BY name
      """)
    let names = try risky.map { try $0.text(0) }
    findings.expect(
      names.isEmpty, "durability", "",
      otherwise: "\(names.joined(separator: ", ")) is off: an order that was confirmed can be lost "
        + "when the server dies; switch it on")
  }

  /// Whether the schema is there and complete, so that more can be checked.
  private mutating func examineSchema(_ session: Session, on loop: EventLoop) async throws -> Bool {
    do {
      let migrator = try Schema.migrator()
      try await migrator.check(target, on: loop)
      let version = try await SchemaVersion.read(session)
      let newest = migrator.files.count
      guard version == newest else {
        findings.problem(
          "schema",
          "at version \(version), newest is \(newest): run waybill migrate as the owner, which "
            + "also grants the role of the service its rights")
        return false
      }
      return try await examineContents(session, version)
    } catch let error as MigrationError {
      findings.problem("schema", "\(error)")
      return false
    }
  }

  /// Whether every object is as the migrations left it.
  private mutating func examineContents(_ session: Session, _ version: Int) async throws -> Bool {
    let inspection = try await SchemaInspection.read(session)
    let damage = inspection.damage.map(\.description)
    let added = inspection.differences.filter { $0.difference == "added" }.map(\.name)
    findings.expect(
      damage.isEmpty, "schema",
      (["version \(version)"] + added.map { "besides \($0)" }).joined(separator: ", "),
      otherwise: "\(damage.joined(separator: ", ")): restore the database from a dump, as "
        + "docs/database.md shows")
    return damage.isEmpty
  }

  private mutating func examineRights(_ session: Session) async throws {
    let names = try await Self.missingRights(session)
    findings.expect(
      names.isEmpty, "rights", "",
      otherwise:
        "the role lacks \(names.joined(separator: ", ")): run waybill migrate as the owner "
        + "of the database, which grants them")
  }

  /// What the service needs and the role of the session may not do.
  static func missingRights(_ session: Session) async throws -> [String] {
    let missing = try await session.rows(
      """
      SELECT format('%s on %s', privilege, name)
        FROM (SELECT 'EXECUTE', name,
                     EXISTS (SELECT FROM pg_proc
                              WHERE proname = name AND pg_function_is_visible(oid)
                                AND has_function_privilege(oid, 'EXECUTE'))
                FROM unnest(service_functions()) AS name
               UNION ALL
              SELECT 'SELECT', name,
                     coalesce(has_any_column_privilege(to_regclass(name), 'SELECT'), false)
                FROM unnest(\(relations)) AS name) AS needed (privilege, name, is_there)
       WHERE NOT is_there
      """)
    return try missing.map { try $0.text(0) }
  }

  private static let relations = [
    "customer_report", "customers", "installation", "order_events", "order_processes", "orders",
    "products", "report_age", "sales_by_day", "sales_by_product", "tokens",
  ]

  /// Whether this instance was told the same currency as others.
  private mutating func examineCurrency(_ session: Session) async throws {
    let kept = try await KeptCurrency.read(session)
    let wanted = configuration.currency
    if let problem = kept.problem(wanted: wanted) {
      findings.problem("currency", problem)
    } else {
      findings.good("currency", wanted?.code ?? "none is set")
    }
  }

  private mutating func examineReport(_ session: Session) async throws {
    let rows = try await session.rows(
      "SELECT extract(epoch FROM age)::bigint, coalesce(last_error, '') FROM report_age")
    guard let facts = rows.first else {
      findings.good("report", "not made yet: `waybill serve` makes it")
      return
    }
    let (age, error) = (try facts.int(0), try facts.text(1))
    let limit = 3 * configuration.reportRefreshSeconds
    findings.expect(
      age <= limit, "report", "\(max(0, age)) s old",
      otherwise: "\(age) s old, which is more than three times its interval: "
        + (error.isEmpty ? "is `waybill serve` running?" : "its last refresh failed with: \(error)")
    )
  }
}
