/// How long to measure.
struct BenchOptions {
  /// Of each measurement, in seconds.
  var seconds = 5
  /// How often each pair is measured, one after the other, so that noise meets both.
  var rounds = 2

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst().flatMap({ Int($0) }), (1...600).contains(value) else {
        throw LabError("\(name) wants a whole number from 1 to 600")
      }
      switch name {
      case "--seconds": seconds = value
      case "--rounds": rounds = value
      default: throw LabError("\(name) is not known; there are --seconds and --rounds")
      }
    }
  }
}
