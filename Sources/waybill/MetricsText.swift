/// Figures in the text format that Prometheus reads (version 0.0.4).
struct MetricsText {
  private(set) var bytes: [UInt8] = []

  /// A kind of figure: told once, before its samples.
  mutating func describe(_ name: String, _ type: String, _ help: String) {
    bytes += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n".utf8
  }

  /// One figure. Label values are the program's own words and need no escaping but this.
  mutating func sample(
    _ name: String, labels: KeyValuePairs<String, String> = [:], _ value: String
  ) {
    let inside = labels.map { label, value in
      let escaped = value.reduce(into: "") { text, character in
        if character == "\\" || character == "\"" { text.append("\\") }
        text.append(character.isNewline ? " " : character)
      }
      return "\(label)=\"\(escaped)\""
    }
    bytes += (name + (inside.isEmpty ? "" : "{\(inside.joined(separator: ","))}")).utf8
    bytes += " \(value)\n".utf8
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    describe(name, "gauge", help)
    sample(name, "\(value)")
  }

  mutating func counter(_ name: String, _ help: String, _ value: Int) {
    describe(name, "counter", help)
    sample(name, "\(value)")
  }
}
