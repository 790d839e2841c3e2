/// The contract through which an order came.
package enum Channel: String, CaseIterable, Sendable {
  /// The contract of that name; `api` is the own one.
  case api, storefront, fulfilment, shop, store
}
