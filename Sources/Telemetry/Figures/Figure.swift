import Synchronization

/// Something that is counted or measured, and can tell its values.
package protocol Figure: Sendable {
  /// Adds the description and the values to what is shown.
  func report(to exposition: inout Exposition)
}

/// Figures that belong together: every stored property that is a figure is shown, in the order in
/// which they are declared.
package protocol FigureGroup: Sendable {}

extension FigureGroup {
  /// Reads the stored properties by reflection, so that no figure has to be listed a second time.
  package func report(to exposition: inout Exposition) {
    for property in Mirror(reflecting: self).children {
      (property.value as? any Figure)?.report(to: &exposition)
    }
  }
}

/// A figure that is one whole number.
package protocol NumberFigure: Figure {
  static var kind: FigureDescription.Kind { get }
  var description: FigureDescription { get }
  var value: Int { get }
  init(_ description: FigureDescription)
}

extension NumberFigure {
  /// Declares the figure; it begins at zero.
  package init(_ name: String, unit: FigureDescription.Unit = .one, _ help: String) {
    self.init(FigureDescription(Self.kind, name, unit: unit, help))
  }

  package func report(to exposition: inout Exposition) {
    exposition.add(description, value: value)
  }
}

/// A number that only grows; any thread adds to it.
package final class Counter: NumberFigure {
  package static let kind = FigureDescription.Kind.counter
  package let description: FigureDescription
  private let number = Atomic(0)

  package init(_ description: FigureDescription) { self.description = description }

  package var value: Int { number.load(ordering: .relaxed) }

  package func add(_ amount: Int = 1) { number.add(amount, ordering: .relaxed) }
}

/// A number that only grows and that a single thread adds to, which needs no locked instruction.
/// Any thread may read it.
package final class LoopCounter: NumberFigure {
  package static let kind = FigureDescription.Kind.counter
  package let description: FigureDescription
  private let number = Atomic(0)

  package init(_ description: FigureDescription) { self.description = description }

  package var value: Int { number.load(ordering: .relaxed) }

  package func add(_ amount: Int = 1) { number.store(value &+ amount, ordering: .relaxed) }
}

/// A number that rises and falls.
package final class Gauge: NumberFigure {
  package static let kind = FigureDescription.Kind.gauge
  package let description: FigureDescription
  private let number = Atomic(0)

  package init(_ description: FigureDescription) { self.description = description }

  package var value: Int { number.load(ordering: .relaxed) }

  package func set(_ value: Int) { number.store(value, ordering: .relaxed) }

  package func add(_ amount: Int = 1) { number.add(amount, ordering: .relaxed) }

  package func subtract(_ amount: Int = 1) { number.subtract(amount, ordering: .relaxed) }

  /// Adds one unless that would pass `max`.
  package func add(upTo max: Int) -> Bool {
    guard number.add(1, ordering: .relaxed).newValue <= max else {
      subtract()
      return false
    }
    return true
  }
}

/// A number for each value of one label.
package final class Labelled<Label, Number: NumberFigure>: Figure
where Label: RawRepresentable<String> & CaseIterable & Hashable & Sendable {
  private let description: FigureDescription
  private let numbers: [Label: Number]

  /// Declares the figure with the name of its label.
  package init(_ name: String, by label: String, _ help: String) {
    let description = FigureDescription(Number.kind, name, labels: [label], help)
    self.description = description
    numbers = Dictionary(
      uniqueKeysWithValues: Label.allCases.map { ($0, Number(description)) })
  }

  package subscript(label: Label) -> Number { numbers[label]! }

  package func report(to exposition: inout Exposition) {
    for label in Label.allCases {
      exposition.add(description, labels: [label.rawValue], value: self[label].value)
    }
  }
}
