import Synchronization

/// What an alert about the shop watches; written by every loop.
final class ShopFigures: Sendable {
  /// Requests that were refused because the database was away for longer than anybody waits.
  let inventoryUnavailable = Atomic(0)

  func add(to text: inout MetricsText) {
    text.counter(
      "shop_inventory_unavailable_total",
      "Requests of the shop that were refused because the database was away",
      inventoryUnavailable.load(ordering: .relaxed))
  }
}
