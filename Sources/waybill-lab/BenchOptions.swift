/// The command line options of `bench`.
struct BenchOptions {
  /// The duration of each measurement.
  var seconds = 5
  /// How often each pair is measured in turns, so that noise affects both.
  var rounds = 2
  /// The largest number of completed orders for the report; ten million take half an hour to
  /// insert.
  var reportOrders = 1_000_000

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst().flatMap({ Int($0) }), (1...10_000_000).contains(value)
      else {
        throw LabError("\(name) wants a whole number from 1 to 10000000")
      }
      switch name {
      case "--seconds": seconds = value
      case "--rounds": rounds = value
      case "--report-orders": reportOrders = value
      default:
        throw LabError(
          "\(name) is not known; there are --seconds, --rounds and --report-orders")
      }
    }
  }
}
