import JSON
import Orders

// How the own API shows and reads the status of an order.

extension OrderStatus: FieldWord {
  static let schema = Schema.word(Self.self).about("Where an order stands.").named("OrderStatus")
}

extension OrderStatus {
  static let changeSchema = BodySchema.collect(OrderStatus.init(reading:))
    .about("The next status of an order.").named("StatusChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let status = Self.wanted(body)
    try body.check()
    guard let status else { throw body.refuse("must have a status") }
    self = status
  }

  /// The status that a body asks for.
  static func wanted(_ body: some BodyFields) -> OrderStatus? {
    body.required(
      "status", StatusField(),
      "The status it is to have: \(Self.words). A blank or a hyphen may stand for the "
        + "underscore, and letter case does not matter.", "in_progress")
  }

  /// Some of them, parted by commas.
  static let listSchema = Schema.string(pattern: "^\(pattern)(,\(pattern))*$")
    .example("new,in_progress")

  /// All of them, for people.
  static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// The spellings of one of them: in upper or lower case, with a blank or a hyphen for the
  /// underscore.
  fileprivate static let pattern: String = {
    let words = allCases.map { status in
      status.rawValue.map { letter in
        letter == "_" ? "[_ -]" : "[\(letter)\(letter.uppercased())]"
      }.joined()
    }
    return "(" + words.joined(separator: "|") + ")"
  }()
}

/// A status, in any of the ways people write one.
private struct StatusField: FieldType {
  var schema: Schema { .string(pattern: "^\(OrderStatus.pattern)$") }

  func read(_ field: JSONField) -> OrderStatus? {
    guard let status = OrderStatus(word: field.string()) else {
      field.refuse("must be one of: \(OrderStatus.words)")
      return nil
    }
    return status
  }
}
