import JSON
import Orders

// How many entries a whole list has, for callers who ask for that.

extension ListCount: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("How the entries of a list are counted.").named("ListCount")
}

extension ListTotal.Kind: FieldWord {
  static let schema = Schema.word(Self.self)
    .about("What a total is: exact, a number of which there may be more, or an estimate.")
    .named("ListTotalKind")
}

extension QueryFields {
  /// How the entries of the whole list are to be counted, if they are. A search does not find at
  /// once all that match, so where the query `isSearch` they cannot be.
  mutating func total(isSearch: Bool = false) -> ListCount? {
    let count = word(
      Parameter.totalName, ListCount.self,
      "Also answer how many entries the whole list has: `exact` counts as far as "
        + "\(ListTotal.lookedAtMax) rows reach, or \(ListTotal.lookedUpMax) where a filter has to "
        + "be checked for each order, `estimate` asks PostgreSQL's statistics. The next page's "
        + "address does not ask again.")
    if count != nil, isSearch { refuse(Parameter.totalName, "must not be given with a search") }
    return count
  }
}

extension Parameter {
  static let totalName = "total"
}

extension AnswerFields {
  /// How many entries the whole list has, where that was asked.
  @inline(__always)
  mutating func total(_ total: ListTotal?) {
    optionalInteger(
      "total", total?.value, in: 0...Int.max,
      "How many entries the whole list has; only with `total`.", 1_240)
    field(
      "total_is", isAlwaysThere: false,
      ListTotal.Kind.schema.about(
        "What `total` is: `exact`; `at_least` where counting ended early, so that there may be "
          + "more; or an `estimate`.")
    ) { json, key in
      if let total { json.string(key, total.kind.rawValue) }
    }
  }
}
