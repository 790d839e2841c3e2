import HTTP
import JSON
import OrderStore
import Orders

/// One search over orders, customers and products, as a box at the top of a page needs it.
enum SearchRoutes {
  static let routes: [Route] = [
    Route(.get, "/search", About.search, access: .staff, reads: .anyCopy, isList: true, search)
  ]

  /// How many of each kind are answered at most.
  static let countMax = 5

  private static func search(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let query = try call.query { SearchQuery(reading: &$0) }
    func isWanted(_ kind: SearchKind) -> Bool { query.kinds.isEmpty || query.kinds.contains(kind) }

    // An empty search box finds nothing.
    var answer = SearchAnswer(orders: [], customers: [], products: [], hasMoreMatches: false)
    guard let words = query.words, let size = PageSize(countMax) else { return self.answer(answer) }
    answer = SearchAnswer(orders: nil, customers: nil, products: nil, hasMoreMatches: false)
    if isWanted(.orders) {
      let found = try await services.orders.search(words, OrderFilter(), after: nil, size: size)
      let tracked = try await services.orders.tracked(
        found.page.entries, under: FoundOrder.spellings(of: words))
      answer.orders = found.page.entries.map {
        FoundOrder(order: $0, words: words, isTracked: tracked.contains($0.id))
      }
      answer.hasMoreMatches = found.hasMoreMatches || found.page.next != nil
    }
    // A caller who may not list customers finds none.
    if isWanted(.customers), call.caller.map({ Access.retailer.allows($0.role) }) ?? true {
      let found = try await services.customers.search(words, email: nil, after: nil, size: size)
      answer.customers = found.page.entries
      answer.hasMoreMatches =
        answer.hasMoreMatches || found.hasMoreMatches || found.page.next != nil
    }
    if isWanted(.products) {
      let found = try await services.products.search(words, size: size)
      answer.products = found.page.entries
      answer.hasMoreMatches =
        answer.hasMoreMatches || found.hasMoreMatches || found.page.next != nil
    }
    return self.answer(answer)
  }

  private static func answer(_ answer: SearchAnswer) -> Response {
    .json(.ok, JSONWriter.object(reserving: 4_096) { answer.write(to: &$0) })
  }
}

/// What is searched for.
struct SearchQuery {
  let words: SearchWords?
  let kinds: Set<SearchKind>

  init(reading query: inout some QueryFields) {
    words = query.searchWords(
      "Up to six words; what is found has all of them, the last as a beginning.")
    kinds = query.list(
      "kinds", SearchKind.listSchema, rule: "must be some of: \(SearchKind.words)",
      "Only these: \(SearchKind.words).", SearchKind.init(rawValue:))
  }
}

/// What a search looks for.
enum SearchKind: String, FieldWord {
  case orders, customers, products

  static let schema = Schema.word(Self.self).about("What is searched.").named("SearchKind")
  static let words = allCases.map(\.rawValue).joined(separator: ", ")
  /// Some of them, parted by commas.
  static let listSchema = Schema.string(
    pattern: "^(orders|customers|products)(,(orders|customers|products))*$"
  ).example("orders,customers")
}

/// By what an order was found.
enum OrderMatch: String, FieldWord {
  case number, reference, trackingNumber = "tracking_number", customerID = "customer_id", words

  static let schema = Schema.word(Self.self)
    .about("By what an order was found; `words` are those of its customer and products.")
    .named("OrderMatch")
}

/// An order that was found.
struct FoundOrder: AnswerObject {
  let matched: OrderMatch
  let order: Order

  /// The words without what says what they are, as they may stand on a parcel.
  static func spellings(of words: SearchWords) -> [String] {
    bare(words).flatMap { [$0, $0.uppercased(), $0.lowercased()] }
  }

  private static func bare(_ words: SearchWords) -> [String] {
    words.words.map { word in
      ["#", "ref:", "track:", "customer:", "product:"].first(where: word.hasPrefix)
        .map { String(word.dropFirst($0.count)) } ?? word
    }
  }

  /// An order, and whether one of the words is the number of one of its parcels.
  init(order: Order, words: SearchWords, isTracked: Bool = false) {
    self.order = order
    let words = Self.bare(words)
    let names: [(OrderMatch, String?, Bool)] = [
      (.number, "\(order.number)", false), (.reference, order.reference, true),
      (.trackingNumber, order.shipping.trackingNumber, false),
      (.customerID, order.customer, false),
    ]
    let match = names.first { _, name, mayBegin in
      guard let name = name?.lowercased() else { return false }
      return words.contains { $0.lowercased() == name }
        || mayBegin && words.last.map { name.hasPrefix($0.lowercased()) } ?? false
    }
    matched = match?.0 ?? (isTracked ? .trackingNumber : .words)
  }

  static let schema = describe("FoundOrder", "An order that was found.")

  func write(to json: inout some AnswerFields) {
    json.word("matched", matched, "By what it was found.")
    json.object("order", order, "The order.")
  }

  static let sample = FoundOrder(order: .sample, words: SearchWords("PO-10")!)
}

/// What a search over several kinds has found.
struct SearchAnswer: AnswerObject {
  var orders: [FoundOrder]?
  var customers: [Customer]?
  var products: [Product]?
  var hasMoreMatches: Bool

  static let schema = describe("SearchAnswer", "The first few of each kind that match.")

  func write(to json: inout some AnswerFields) {
    json.found("orders", orders, "Orders, newest first.")
    json.found("customers", customers, "Customers; for retailers alone.")
    json.found("products", products, "Products that are not retired.")
    json.boolean(
      "narrow", hasMoreMatches, "Whether there is more, so that a further word would help.", false)
  }

  static let sample = SearchAnswer(
    orders: [.sample], customers: [.sample], products: [.sample], hasMoreMatches: false)
}

extension AnswerFields {
  /// Entries of a kind that was looked for.
  @inline(__always)
  fileprivate mutating func found<Part: AnswerObject>(
    _ name: StaticString, _ values: [Part]?, _ about: @autoclosure () -> String
  ) {
    field(name, isAlwaysThere: false, .array(Part.schema).about(about())) { json, key in
      guard let values else { return }
      json.array(key) { list in for value in values { list.object { value.write(to: &$0) } } }
    }
  }
}

extension SearchRoutes {
  /// What the document says about each route.
  enum About {
    static let search = RouteDescription(
      "searchAll", "Search orders, customers and products at once",
      """
      Up to \(countMax) of each kind. The words are those of `q` in the lists of orders and of \
      customers; a product is found by the words of its name and its id.
      """,
      query: .query { SearchQuery(reading: &$0) },
      answers: [.json(.ok, "What was found", SearchAnswer.self, "found")],
      refusals: [.notAcceptable])
  }
}
