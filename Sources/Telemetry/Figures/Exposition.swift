/// All figures at one moment, as Prometheus reads them and as the documentation lists them.
///
/// Samples of the same name and labels are added up: each loop counts by itself, and what is shown
/// is of the process.
package struct Exposition: Sendable {
  private enum Value: Sendable {
    case number(Int)
    case histogram(Histogram)
  }

  private struct Family: Sendable {
    let description: FigureDescription
    var samples: [(labels: [String], value: Value)] = []
    var positions: [[String]: Int] = [:]
  }

  private var families: [Family] = []
  private var positions: [String: Int] = [:]

  package init() {}

  /// Shows the description even when there is no sample.
  package mutating func declare(_ description: FigureDescription) { _ = position(of: description) }

  package mutating func add(
    _ description: FigureDescription, labels: [String] = [], value: Int
  ) {
    add(description, labels, .number(value))
  }

  package mutating func add(
    _ description: FigureDescription, labels: [String] = [], _ histogram: Histogram
  ) {
    add(description, labels, .histogram(histogram))
  }

  /// The value of a number, in the unit in which it is counted; nil when there is none.
  package func number(_ name: String, _ labels: String...) -> Int? {
    guard let family = positions[name], let sample = families[family].positions[labels],
      case .number(let number) = families[family].samples[sample].value
    else { return nil }
    return number
  }

  private mutating func position(of description: FigureDescription) -> Int {
    if let known = positions[description.name] { return known }
    positions[description.name] = families.count
    families.append(Family(description: description))
    return families.count - 1
  }

  private mutating func add(_ description: FigureDescription, _ labels: [String], _ value: Value) {
    precondition(labels.count == description.labels.count, "labels of \(description.name)")
    let family = position(of: description)
    guard let sample = families[family].positions[labels] else {
      families[family].positions[labels] = families[family].samples.count
      families[family].samples.append((labels, value))
      return
    }
    switch (families[family].samples[sample].value, value) {
    case (.number(let old), .number(let new)):
      families[family].samples[sample].value = .number(old &+ new)
    case (.histogram(var sum), .histogram(let new)):
      sum.add(new)
      families[family].samples[sample].value = .histogram(sum)
    default: preconditionFailure("\(description.name) is a number here and a histogram there")
    }
  }
}

// MARK: - Text

extension Exposition {
  /// The text format that Prometheus reads (version 0.0.4).
  package var text: [UInt8] {
    var bytes: [UInt8] = []
    for family in families {
      let (name, description) = (family.description.name, family.description)
      bytes += "# HELP \(name) \(description.help)\n# TYPE \(name) \(description.kind)\n".utf8
      for sample in family.samples {
        let labels = Array(zip(description.labels, sample.labels))
        switch sample.value {
        case .number(let number):
          let unit = description.unit
          let value = unit == .one ? "\(number)" : "\(Double(number) / unit.rawValue)"
          bytes += Self.line(name, labels, value).utf8
        case .histogram(let histogram):
          for line in Self.lines(name, labels, histogram) { bytes += line.utf8 }
        }
      }
    }
    return bytes
  }

  private static func lines(
    _ name: String, _ labels: [(String, String)], _ histogram: Histogram
  ) -> [String] {
    var sum = 0
    let bounds = Histogram.bounds.map { "\($0)" } + ["+Inf"]
    let buckets = zip(bounds, histogram.counts).map { bound, count in
      sum += count
      return line(name + "_bucket", labels + [("le", bound)], "\(sum)")
    }
    let seconds = Double(histogram.nanoseconds) / FigureDescription.Unit.nanoseconds.rawValue
    return buckets + [
      line(name + "_sum", labels, "\(seconds)"), line(name + "_count", labels, "\(sum)"),
    ]
  }

  private static func line(_ name: String, _ labels: [(String, String)], _ value: String) -> String
  {
    let inside = labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    return "\(name)\(inside.isEmpty ? "" : "{\(inside)}") \(value)\n"
  }

  /// Label values are the program's own words, in which these characters are rare.
  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      if character == "\\" || character == "\"" { text.append("\\") }
      text.append(character.isNewline ? " " : character)
    }
  }
}

// MARK: - Documentation

extension Exposition {
  /// A table of all figures, in Markdown.
  package var table: String {
    let rows = families.map { family in
      let description = family.description
      let labels = description.labels.map { "`\($0)`" }.joined(separator: ", ")
      return "| `\(description.name)` | \(description.kind) | \(labels) | \(description.help) |\n"
    }
    return "| name | kind | labels | meaning |\n| --- | --- | --- | --- |\n" + rows.joined()
  }
}
