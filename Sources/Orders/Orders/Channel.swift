/// The contract through which an order came; it has the name of its channel.
package enum Channel: String, CaseIterable, Sendable {
  case api, storefront, fulfilment, shop, store

  /// How its orders are handled; every other rule of a channel follows from this. The function
  /// `channel_kind` of the database has the same table, and a test compares the two.
  package var kind: Kind {
    switch self {
    case .api: .stocked
    case .storefront: .free
    case .fulfilment: .process
    case .shop: .stocked
    case .store: .stocked
    }
  }

  /// How orders are handled.
  package enum Kind: String, CaseIterable, Sendable {
    /// They take units from our stock and move along the life cycle.
    case stocked
    /// Their catalogue is elsewhere, so no stock is taken, and any status may follow any other.
    case free
    /// An outside process fulfils and moves them. They have a reference and no lines. The process
    /// service knows orders by their reference, so only one channel may be of this kind.
    case process
  }
}
