import Glibc
import Postgres
import PrivateCluster

/// Measures the operations on orders. The limit of each is the best plain statement for the same
/// work on normalised tables, with a row for each line of an order.
struct OrderBench {
  /// Orders in both schemas at the start; more than can be moved in one run.
  private static let orderCount = 300_000

  let service: Service
  let database: pid_t
  let conninfo: String
  let folder: String
  let options: BenchOptions

  private var psql: Psql { Psql(conninfo: conninfo) }

  /// Fills both schemas.
  func prepare() throws {
    let sql = try Psql.scripts()
    try psql.run(["-f", sql + "/bench_setup.sql", "-f", sql + "/normal_setup.sql"])
    let fill = """
      ALTER TABLE orders DISABLE TRIGGER USER;
      INSERT INTO orders (id, channel, customer_id, items, total_quantity, total_amount, created_at,
                          updated_at)
      SELECT bench_uuid(), 'api', 'customer-' || 1 + n % 10000,
             ('[' || string_agg(render_line('product-' || 1 + (n * 7 + l * 31) % 10000, 'Product',
                                            l, 9.99), ',' ORDER BY l) || ']')::json,
             6, 59.94, min(moment), min(moment)
        FROM generate_series(1, \(Self.orderCount)) AS n, generate_series(1, 3) AS l,
             LATERAL (SELECT now() - (400000 - n) * interval '1 second' AS moment) AS m
       GROUP BY n ORDER BY n;
      INSERT INTO order_events (order_id, version, what, to_status, who, created_at)
      SELECT id, 1, 'placed', 'new', 'bench', created_at FROM orders ORDER BY number;
      INSERT INTO n_orders (id, channel, customer_id, created_at, updated_at)
      SELECT id, channel, customer_id, created_at, updated_at FROM orders ORDER BY number;
      INSERT INTO n_order_lines
      SELECT id, nr, line ->> 'product_id', line ->> 'name', (line ->> 'quantity')::integer,
             (line ->> 'price')::numeric
        FROM orders, json_array_elements(items) WITH ORDINALITY AS l (line, nr) ORDER BY number, nr;
      INSERT INTO n_order_events (order_id, what, to_status, who, created_at)
      SELECT id, 'placed', 'new', 'bench', created_at FROM orders ORDER BY number;
      ALTER TABLE orders ENABLE TRIGGER USER;
      """
    try psql.run(["-c", fill, "-c", "VACUUM ANALYZE"])
    try psql.run(["-c", "CHECKPOINT"], asSuperuser: true)
  }

  /// All rows, in an order in which no measurement affects the next.
  func rows() throws -> [Row] {
    let number = "math.random(1, \(Self.orderCount))"
    let product = "{\"product_id\":\"product-' .. math.random(1, 10000) .. '\",\"quantity\":%d}"
    let lines = (1...3).map { product.replacing("%d", with: "\($0)") }.joined(separator: ",")
    let customer = "{\"customer_id\":\"customer-' .. math.random(1, 10000) .. '\",\"items\":["
    let begin = "{\"status\":\"in_progress\"}"
    let hot = "{\"product_id\":\"product-1\",\"quantity\":2}"
    return [
      try row("GET /orders/{id}", "normal_get", "wrk.format('GET', '/orders/' .. \(number))"),
      try row("GET /orders, 50", "normal_list", "wrk.format('GET', '/orders')"),
      try row(
        "move an order", "normal_move",
        "wrk.format('PATCH', '/orders/' .. next() .. '/status', json, '\(begin)')"
      ),
      try row(
        "place, 3 lines", "normal_place",
        "wrk.format('POST', '/orders', json, '\(customer)\(lines)]}')"),
      try row(
        "place, one hot product", "normal_place_hot",
        "wrk.format('POST', '/orders', json, '\(customer)\(hot)]}')"),
    ]
  }

  private func row(_ name: String, _ script: String, _ request: String) throws -> Row {
    let lua = folder + "/\(script).lua"
    var moved = 0
    return try Row(
      name: name, limitName: "pgbench, \(script)",
      ours: Subject(servers: [service.pid], database: database),
      limit: Subject(database: database), options: options,
      runOurs: { seconds in
        // An order can be moved only once, so each run continues where the last one ended.
        let text = """
          local json = {["Content-Type"] = "application/json"}
          local at = \(moved)
          local function next() at = at + 1; return at end
          init = function() math.randomseed(\(moved + 42)) end
          request = function() return \(request) end
          """
        try writeText(text, to: lua)
        let result = try Wrk.run(
          url: "http://127.0.0.1:\(service.port)", script: lua, seconds: seconds)
        // wrk may have sent one more request on each connection than it counts.
        moved += Int(result.0) + Wrk.connections
        return result
      },
      runLimit: {
        try Pgbench.run(
          script: Psql.scripts() + "/\(script).pgbench", conninfo: conninfo, seconds: $0,
          variables: ["orders=\(Self.orderCount)"])
      })
  }
}
