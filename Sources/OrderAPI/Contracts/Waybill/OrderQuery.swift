import JSON
import Orders

// What every list of orders can be asked for.

extension Parameters {
  mutating func orderFilter() -> OrderFilter {
    var filter = OrderFilter()
    filter.statuses = list(
      "status", "must be some of: \(OrderStatus.words)", OrderStatus.init(word:))
    filter.channel = channel()
    filter.product = text("product_id", ProductID.self)
    filter.tag = text("tag", OrderTag.self)
    filter.reference = text("reference", OrderReference.self)
    filter.trackingNumber = text("tracking_number", TrackingNumber.self)
    // The day itself belongs to what comes after its beginning.
    filter.createdAfter = moment("created_after") { Timestamp(microseconds: $0.microseconds - 1) }
    filter.createdBefore = moment("created_before") { $0 }
    filter.sort =
      read("sort", "must be created_at or -created_at", OrderFilter.Sort.init(rawValue:))
      ?? .newestFirst
    return filter
  }

  /// A contract through which orders come.
  mutating func channel() -> Channel? {
    let channels = Channel.allCases.map(\.rawValue).joined(separator: ", ")
    return read("channel", "must be one of: \(channels)", Channel.init(rawValue:))
  }

  /// Words to search for.
  mutating func searchWords() -> SearchWords? {
    let words = SearchWords.allowedCount
    return read(
      "q",
      "must have \(words.lowerBound) to \(words.upperBound) words and at most "
        + "\(SearchWords.bytesMax) bytes", SearchWords.init)
  }

  /// A moment, or a day, of which `ofDay` makes a moment from its beginning. In a query a plus sign
  /// is a space, so an offset needs it escaped.
  private mutating func moment(
    _ name: String, ofDay: (Timestamp) -> Timestamp
  ) -> Timestamp? {
    let isUnescaped =
      text(name).map { $0.contains(" ") && Timestamp(rfc3339: $0.replacing(" ", with: "+")) != nil }
      ?? false
    return read(
      name,
      isUnescaped
        ? "has a space where + is meant: write it as %2B"
        : "must be a moment like 2026-01-01T10:00:00Z, or a day like 2026-01-01"
    ) { Timestamp(rfc3339: $0) ?? Timestamp(day: $0).map(ofDay) }
  }
}

extension OrderFilter.Sort {
  static let schema = Schema.word(Self.self)
    .about("By the time of placing; a minus puts the newest first.").named("OrderSort")
}

extension TrackingNumber: FieldText {}
