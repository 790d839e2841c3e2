public import OrderStore
public import Orders

/// Everything that can be done with orders, as one event loop does it.
public struct OrderUseCases {
  /// Takes one in.
  public let place: PlaceOrder
  /// Changes what it is about.
  public let edit: EditOrder
  /// Moves it along its life cycle.
  public let move: MoveOrder
  /// Says how it travels.
  public let ship: ShipOrder
  /// Takes it back.
  public let cancel: CancelOrder
  /// Takes it out of its channel's sight.
  public let hide: HideOrder
  /// Looks at it.
  public let find: FindOrders

  /// All of them over one repository and one clock.
  public init(orders: OrderRepository, now: @escaping () -> Timestamp) {
    place = PlaceOrder(orders: orders, now: now)
    edit = EditOrder(orders: orders)
    move = MoveOrder(orders: orders)
    ship = ShipOrder(orders: orders)
    cancel = CancelOrder(orders: orders)
    hide = HideOrder(orders: orders)
    find = FindOrders(orders: orders)
  }
}
