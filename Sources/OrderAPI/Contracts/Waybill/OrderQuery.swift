import JSON
import Orders

// What lists of orders can be asked for.

extension OrderFilter {
  /// Which orders are wanted, and how they are sorted unless `sort` is given. A query for the
  /// orders of one customer has no `customer_id`.
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
    createdAfter = query.moment(
      "created_after",
      "Only orders placed later than this; of a day, from its beginning in UTC on."
    ) {
      // Only later orders are found, and the first moment of the day belongs to the day.
      Timestamp(microseconds: $0.microseconds - 1)
    }
    createdBefore = query.moment(
      "created_before",
      "Only orders placed earlier than this; of a day, before its beginning in UTC.")
    reference = query.text(
      "reference", OrderReference.self, "Only orders that their clients call so.")
    trackingNumber = query.text(
      "tracking_number", TrackingNumber.self, "Only orders of which a parcel has this number.")
    product = query.text("product_id", ProductID.self, "Only orders that hold this product.")
    tag = query.text("tag", OrderTag.self, "Only orders with this tag.")
    self.sort = sort ?? Sort(reading: &query)
  }
}

extension OrderFilter.Sort {
  static let schema = Schema.word(Self.self)
    .about("By the time of placing; a minus puts the newest first.").named("OrderSort")

  fileprivate init(reading query: inout some QueryFields) {
    self =
      query.value(
        "sort", Self.schema.withDefault("-created_at"), rule: "must be created_at or -created_at",
        "Oldest first, or newest first with a minus.", Self.init(rawValue:)) ?? .newestFirst
  }
}

/// What a list of orders is asked for.
struct OrderListQuery {
  var filter: OrderFilter
  /// What is searched for; nil when that is nothing.
  let words: SearchWords?
  /// How all orders of the list are to be counted, if they are.
  let total: ListCount?
  let page: (size: PageSize, start: OrderPosition?)
  /// The name of the list in its cursors. A cursor is a position in one sort order; in the other it
  /// would skip entries or repeat them.
  let listName: String

  init(reading query: inout some QueryFields, ofOneCustomer: Bool = false) {
    filter = OrderFilter(reading: &query, ofOneCustomer: ofOneCustomer)
    words = query.searchWords(
      "Only orders that match all of these words, up to six; the last is a beginning. A word is "
        + "the order's number, its reference, a tracking number of it, the customer's id, or a "
        + "word of the customer or of a product in it. `#`, `ref:`, `track:`, `customer:` or "
        + "`product:` before a word say what it is.")
    if words != nil, filter.sort != .newestFirst {
      query.refuse("sort", "must be -created_at where there is a q")
    }
    total = query.total(isSearch: words != nil)
    let listName = words == nil ? "orders by \(filter.sort.rawValue)" : "orders found"
    page = query.page { OrderPosition(cursor: $0, of: listName) }
    self.listName = listName
  }
}

extension TrackingNumber: FieldText {}
