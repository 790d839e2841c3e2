/// What monitoring is told of a figure beside its values.
package struct FigureDescription: Sendable {
  package enum Kind: String, Sendable { case counter, gauge, histogram }

  /// What a whole number stands for. Times are counted in whole numbers and shown in seconds.
  package enum Unit: Double, Sendable {
    case one = 1
    case milliseconds = 1e3
    case nanoseconds = 1e9
  }

  package let name: String
  package let kind: Kind
  /// The names of the labels, in the order of their values in each sample.
  package let labels: [String]
  package let unit: Unit
  /// One line that says what the figure means.
  package let help: String

  package init(
    _ kind: Kind, _ name: String, labels: [String] = [], unit: Unit = .one, _ help: String
  ) {
    self.kind = kind
    self.name = name
    self.labels = labels
    self.unit = unit
    self.help = help
  }
}
