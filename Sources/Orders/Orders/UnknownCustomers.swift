/// What becomes of an order of the own API whose customer does not exist.
package enum UnknownCustomers: String, CaseIterable, Sendable {
  /// The order adds the customer.
  case create
  /// The order is refused, as the id may be mistyped.
  case refuse
}
