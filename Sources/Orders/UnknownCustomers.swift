/// What becomes of an order of the own API whose customer nobody has introduced.
package enum UnknownCustomers: String, CaseIterable, Sendable {
  /// The order makes the customer known.
  case create
  /// The order is refused: the id may well be mistyped.
  case refuse
}
