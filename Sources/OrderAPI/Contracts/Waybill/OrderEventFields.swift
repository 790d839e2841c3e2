import JSON
import Orders

// What the own API shows of an order's history.

extension OrderEvent: AnswerObject {
  static let schema = describe("OrderEvent", "One step of an order's history.")

  func write(to json: inout some AnswerFields) {
    json.integer(
      "version", version, in: 1...Int.max, "The version of the order that it made.", 2)
    json.word("what", what, "What was done.")
    json.word("from", from, "The status before; null when the order was placed.")
    json.word("to", to, "The status after.")
    json.string("who", actor, Caller.explanation, .string(Caller.example))
    json.moment("when", createdAt, "When it was done.")
  }

  static let sample = OrderEvent(
    version: 2, what: .moved, from: .new, to: .inProgress, actor: Caller.example,
    createdAt: .sample)
}

extension OrderEvent.Kind: FieldWord {
  static let schema = Schema.word(Self.self)
    .about(
      "What was done to an order; `touched` is a write that made no difference, and an order that "
        + "was `imported` came from a file as it then was."
    )
    .named("OrderEventKind")
}

extension Caller {
  /// The description of every field that says who made a change.
  static let explanation =
    "Who did it: the role, name and number of a token; where none is needed, the contract that "
    + "was called, such as `api, no token`; in psql the database user."

  static let example = #"warehouse "tablet 3" (token 5)"#
}
