import JSON
import Orders

// What lists of orders can be asked for.

extension OrderFilter {
  /// Which orders are wanted, and in which order unless that is given. In a query for the orders of
  /// one customer there is no other customer.
  init(
    reading query: inout some QueryFields, ofOneCustomer: Bool = false, sorted sort: Sort? = nil
  ) {
    self.init()
    statuses = query.list(
      "status", OrderStatus.listSchema, rule: "must be some of: \(OrderStatus.words)",
      "Only orders in one of these statuses, parted by commas: "
        + OrderStatus.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") + ".",
      OrderStatus.init(word:))
    channel = query.word("channel", Channel.self, "Only orders that came through this contract.")
    if !ofOneCustomer {
      customer = query.text("customer_id", CustomerID.self, "Only orders of this customer.")
    }
    createdAfter = query.moment("created_after", "Only orders placed later than this.")
    createdBefore = query.moment("created_before", "Only orders placed earlier than this.")
    product = query.text("product_id", ProductID.self, "Only orders that hold this product.")
    self.sort = sort ?? Sort(reading: &query)
  }
}

extension OrderFilter.Sort {
  static let schema = Schema.word(Self.self)
    .about("By the time of placing; a minus puts the newest first.").named("OrderSort")

  fileprivate init(reading query: inout some QueryFields) {
    self =
      query.value(
        "sort", Self.schema.standing(at: "-created_at"), rule: "must be created_at or -created_at",
        "Oldest first, or newest first with a minus.", Self.init(rawValue:)) ?? .newestFirst
  }
}

/// What a list of orders is asked for.
struct OrderListQuery {
  var filter: OrderFilter
  let page: (size: PageSize, start: OrderPosition?)
  /// The name of the list in its cursors. A cursor is a position in one sort order; in the other it
  /// would skip entries or repeat them.
  let listName: String

  init(reading query: inout some QueryFields, ofOneCustomer: Bool = false) {
    filter = OrderFilter(reading: &query, ofOneCustomer: ofOneCustomer)
    let listName = "orders by \(filter.sort.rawValue)"
    page = query.page { OrderPosition(cursor: $0, of: listName) }
    self.listName = listName
  }
}
