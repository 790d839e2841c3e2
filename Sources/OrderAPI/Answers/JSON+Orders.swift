import JSON
import Orders

extension JSONField {
  /// What a required string stands for; nil once its violation has been recorded.
  func parsed<Value>(_ rule: String, _ parse: @escaping (String) -> Value?) -> Value? {
    var value: Value?
    // Without a limit of its own for the string: the rule says how long it may be.
    _ = string(length: 0...JSONLimits.documentBytes) { text in
      value = parse(text)
      return value == nil ? rule : nil
    }
    return value
  }

  /// What a merging update does to a value that a string stands for.
  func parsedChange<Value>(
    _ rule: String, _ parse: @escaping (String) -> Value?
  ) -> FieldChange<Value> {
    guard ifPresent != nil else { return .keep }
    // A value that was refused clears nothing: its violation ends the reading.
    return optional?.parsed(rule, parse).map(FieldChange.set) ?? .clear
  }
}

extension FieldChange {
  /// A change as it was read.
  init(_ change: JSONChange<Value>) {
    self =
      switch change {
      case .keep: .keep
      case .clear: .clear
      case .set(let value): .set(value)
      }
  }
}

extension Name {
  static let rule = "must have 1 to 200 characters, one of them visible"
}

extension JSONWriter {
  /// `{"items": […], "next": …}`.
  static func page<Entry, Position>(
    _ page: Page<Entry, Position>, next: (Position) -> String,
    _ write: (Entry, inout JSONObjectWriter) -> Void
  ) -> [UInt8] {
    object(reserving: 256 * (page.entries.count + 1)) { json in
      json.array("items") { items in
        for entry in page.entries { items.object { write(entry, &$0) } }
      }
      json.string("next", page.next.map(next))
    }
  }
}
