import PrivateCluster

/// Measures placing many orders by one request beside single requests, and how the cost of
/// `place_orders()` depends on the number of orders of a call.
struct BatchBench {
  /// Orders of a call of the function.
  private static let sizes = [1, 10, 100, 500]

  let bench: WorkBench

  func run(_ show: (WorkRow) -> Void) throws {
    try bench.fill(to: 20_000)
    let service = try bench.service()
    for work in [Work.place, .placeWithKey] { show(try bench.row(work, [service])) }
    var batches = try bench.row(.placeBatch, [service])
    let load = batches.load
    batches.note +=
      "; \(Int(load.perSecond * 100)) orders/s, CPU µs an order: "
      + "\((load.serverMicroseconds / 100).oneDecimal) + "
      + (load.databaseMicroseconds / 100).oneDecimal
    show(batches)
    _ = try service.stop()
    for isNew in [false, true] {
      print("\none session calling place_orders(), \(isNew ? "new" : "known") customers")
      for size in Self.sizes { try curve(size, isNew: isNew) }
    }
  }

  /// One point: calls with so many orders of three lines, one after the other.
  private func curve(_ size: Int, isNew: Bool) throws {
    let script = bench.folder + "/place.pgbench"
    try writeText(Self.call(size, isNew: isNew), to: script)
    let conninfo = bench.cluster.connectionString(database: bench.database)
    let subject = Subject(database: bench.cluster.processID)
    func run(seconds: Int) throws -> (Double, Double) {
      try Pgbench.run(script: script, conninfo: conninfo, seconds: seconds, clients: 1)
    }
    _ = try run(seconds: 1)
    var load = Load()
    for _ in 0..<bench.options.rounds {
      load = load + (try subject.measure { try run(seconds: bench.options.seconds) })
    }
    let rate = load.perSecond * Double(size)
    print(
      "\(size) orders a call".padded(to: 20) + "\(Int(rate))".aligned(to: 8) + " orders/s, "
        + "\((1e6 / rate).oneDecimal) µs an order, "
        + "CPU \((load.databaseMicroseconds / Double(size)).oneDecimal) µs")
  }

  private static func call(_ size: Int, isNew: Bool) -> String {
    let customer = isNew ? "'new-' || gen_random_uuid()" : "'customer-' || 1 + n * 97 % 10000"
    func filled(_ value: String, _ count: Int) -> String { "array_fill(\(value), '{\(count)}')" }
    return """
      SELECT count(*) FROM place_orders(
      ARRAY(SELECT bench_uuid() FROM generate_series(1, \(size))), \(filled("'api'::text", size)),
      ARRAY(SELECT \(customer) FROM generate_series(1, \(size)) AS n),
      \(filled("NULL::text", size)), \(filled("'refuse'::text", size)),
      \(filled("'bench'::text", size)),
      ARRAY(SELECT o FROM generate_series(1, \(size)) AS o, generate_series(1, 3) ORDER BY o),
      ARRAY(SELECT 'product-' || (1 + floor(random() * 10000))::integer
      FROM generate_series(1, \(3 * size))),
      \(filled("NULL::text", 3 * size)), \(filled("2", 3 * size)),
      \(filled("NULL::numeric", 3 * size)));
      """
  }
}
