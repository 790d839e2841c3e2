import PrivateCluster

/// The command line options of `bench`.
struct BenchOptions {
  /// What a run consists of.
  enum Part: String, CaseIterable {
    /// Single requests beside nginx and pgbench.
    case limits
    /// The service under each kind of load.
    case work
    /// The same for growing numbers of orders.
    case curves
    /// Many orders by one request, and by one call of `place_orders()`.
    case batches
    /// The event feed, its streams, and exports.
    case feed
    /// Idle connections, the death of the database, the report, start and stop.
    case rest
    /// Lists with none, one and two replicas.
    case replicas
  }

  /// The duration of each measurement.
  var seconds = 5
  /// How often each is measured, in turns where two are compared, so that noise affects both.
  var rounds = 2
  /// The largest number of completed orders for the report.
  var reportOrders = 1_000_000
  var parts = Part.allCases
  /// The numbers of orders of the curves.
  var sizes = [2_000, 20_000, 200_000]
  /// Where the rows are written as JSON.
  var json: String?
  /// Where the server and the orders of the curves are kept for a later run.
  var home: String?
  /// How much memory PostgreSQL has for its cache, such as 6GB.
  var cache = ClusterOptions().cache
  /// The JSON of an earlier run.
  var against: String?

  private static let partNames = Part.allCases.map(\.rawValue).joined(separator: "|")

  static let usage = """
    bench [--seconds N] [--rounds N] [--report-orders N] [--large] [--sizes N,N]
          [--only \(partNames)] [--json FILE]
          [--against FILE] [--home FOLDER] [--cache SIZE]
    """

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func text(_ name: String) throws -> String {
      guard let value = rest.popFirst() else { throw LabError("\(name) wants a value") }
      return value
    }
    func number(_ name: String, _ text: some StringProtocol) throws -> Int {
      guard let value = Int(text), (1...100_000_000).contains(value) else {
        throw LabError("\(name) wants a whole number from 1 to 100000000")
      }
      return value
    }
    func number(_ name: String) throws -> Int { try number(name, text(name)) }
    while let name = rest.popFirst() {
      switch name {
      case "--seconds": seconds = try number(name)
      case "--rounds": rounds = try number(name)
      case "--report-orders": reportOrders = try number(name)
      case "--large": sizes += [2_000_000, 10_000_000]
      case "--sizes":
        sizes = try text(name).split(separator: ",").map { try number(name, $0) }
        guard !sizes.isEmpty, sizes == sizes.sorted() else {
          throw LabError("\(name) wants numbers of orders, in growing order")
        }
      case "--json": json = try text(name)
      case "--against": against = try text(name)
      case "--home": home = try text(name)
      case "--cache": cache = try text(name)
      case "--only":
        guard let part = Part(rawValue: try text(name)) else {
          throw LabError("--only wants one of \(Self.partNames)")
        }
        parts = [part]
      default: throw LabError("\(name) is not known; usage: \(Self.usage)")
      }
    }
  }
}
