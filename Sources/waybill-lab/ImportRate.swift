import Glibc
import Postgres
import PrivateCluster

/// Measures how fast `waybill import` reads files of customers and orders into an empty database,
/// and how much memory it takes.
struct ImportRate {
  private let cluster: LocalCluster
  private let folder: String
  private let log: Int32

  init(cluster: LocalCluster, folder: String, log: Int32) throws {
    self.cluster = cluster
    self.folder = folder
    self.log = log
    try Service.migrate(cluster.connectionString)
  }

  func printFigures() throws {
    print("waybill import, rows a second from start to end, the check of the file included")
    try report("products", 1_000, header: "id,name,price,stock") {
      "p\($0),Product \($0),\($0 % 90 + 1).50,1000"
    }
    try report("customers", 200_000, header: "id,name,email") {
      "c\($0),Demo Customer \($0),demo-\($0)@example.org"
    }
    try report("orders", 200_000, header: "reference,customer_id,status,created_at,items") {
      let (first, second) = ($0 % 1_000 + 1, $0 * 7 % 1_000 + 1)
      return "R\($0),c\($0 % 100_000 + 1),completed,2025-0\($0 % 9 + 1)-15T10:00:00Z,"
        + "\"[{\"\"product_id\"\":\"\"p\(first)\"\",\"\"quantity\"\":2,\"\"price\"\":4.50},"
        + "{\"\"product_id\"\":\"\"p\(second)\"\",\"\"quantity\"\":1,\"\"price\"\":9.90}]\""
    }
  }

  private func report(
    _ kind: String, _ count: Int, header: String, _ row: (Int) -> String
  ) throws {
    let path = "\(folder)/\(kind).csv"
    try writeRows(to: path, header, (1...count).lazy.map(row))
    let clock = ContinuousClock()
    let start = clock.now
    let process = try ChildProcess(
      [try Service.binary(), "import", kind, path], output: log,
      environment: [
        "DATABASE_URL": cluster.connectionString(as: .service), "PATH": "/usr/bin:/bin",
      ])
    var memory = 0
    while let pid = process.pid {
      memory = max(memory, ProcessFigures.memory(of: pid))
      usleep(10_000)
    }
    guard process.exitStatus(within: 10) == 0 else { throw LabError("the import failed") }
    let seconds = start.duration(to: clock.now) / .seconds(1)
    print(
      "  \(kind.padded(to: 10)) \(count) rows in \(seconds.twoDecimals) s: "
        + "\(Int(Double(count) / seconds)) a second, \(memory >> 20) MB")
  }

  private func writeRows(
    to path: String, _ header: String, _ rows: some Sequence<String>
  ) throws {
    guard let file = fopen(path, "we") else { throw LabError("cannot write \(path)") }
    defer { fclose(file) }
    fputs(header + "\n", file)
    for row in rows { fputs(row + "\n", file) }
  }
}
