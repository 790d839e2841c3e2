package import OrderStore
package import Orders

/// Everything that can be done with orders, as one event loop does it.
package struct OrderUseCases {
  /// Takes one in.
  package let place: PlaceOrder
  /// Changes what it is about.
  package let edit: EditOrder
  /// Moves it along its life cycle.
  package let move: MoveOrder
  /// Says how it travels.
  package let ship: ShipOrder
  /// Takes it back.
  package let cancel: CancelOrder
  /// Takes it out of its channel's sight.
  package let hide: HideOrder
  /// Looks at it.
  package let find: FindOrders

  /// All of them over one repository and one clock.
  package init(orders: OrderRepository, now: @escaping () -> Timestamp) {
    place = PlaceOrder(orders: orders, now: now)
    edit = EditOrder(orders: orders)
    move = MoveOrder(orders: orders)
    ship = ShipOrder(orders: orders)
    cancel = CancelOrder(orders: orders)
    hide = HideOrder(orders: orders)
    find = FindOrders(orders: orders)
  }
}
