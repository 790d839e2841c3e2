/// Through which contract an order came in.
package enum Channel: String, CaseIterable, Sendable {
  /// The contract of that name; `api` is the own one.
  case api, storefront, fulfilment, shop, store
}
