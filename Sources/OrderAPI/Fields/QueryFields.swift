import JSON
import Orders

/// The parameters of a query, one call for each.
///
/// The same calls read a query and describe it: `Parameters` reads each parameter, a
/// `QueryDescription` writes down what it may hold. So everything about a parameter is in one
/// place, and what several queries have in common is one function.
protocol QueryFields {
  /// The value of a parameter; nil when it is absent, was refused, or is only being described.
  /// `rule` says what a text must be that `parse` does not take.
  mutating func value<Value>(
    _ name: String, _ schema: @autoclosure () -> Schema, rule: (_ text: String) -> String,
    _ about: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value?

  /// Refuses a parameter for a rule about several parameters.
  mutating func refuse(_ name: String, _ rule: String)
}

extension QueryFields {
  /// A parameter whose rule is the same for every text.
  mutating func value<Value>(
    _ name: String, _ schema: @autoclosure () -> Schema, rule: @autoclosure () -> String,
    _ about: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value? {
    value(name, schema(), rule: { _ in rule() }, about(), parse)
  }

  /// A text of the domain.
  mutating func text<Value: FieldText>(
    _ name: String, _: Value.Type, _ about: @autoclosure () -> String
  ) -> Value? {
    value(name, Value.schema, rule: Value.rule, about(), Value.init)
  }

  /// One of the words of an enumeration.
  mutating func word<Word: FieldWord>(
    _ name: String, _: Word.Type, _ about: @autoclosure () -> String
  ) -> Word? {
    value(
      name, Word.schema,
      rule: "must be one of: \(Word.allCases.map(\.rawValue).joined(separator: ", "))", about(),
      Word.init(rawValue:))
  }

  /// Values parted by commas, `count` of them; empty when the parameter is absent.
  mutating func list<Value: Hashable>(
    _ name: String, _ schema: @autoclosure () -> Schema, count: ClosedRange<Int> = 1...Int.max,
    rule: @autoclosure () -> String, _ about: @autoclosure () -> String,
    _ parse: (String) -> Value?
  ) -> Set<Value> {
    value(name, schema(), rule: rule(), about()) { text in
      let words = text.split(separator: ",", omittingEmptySubsequences: false)
      let known = words.compactMap { parse(String($0)) }
      return known.count == words.count && count.contains(known.count) ? Set(known) : nil
    } ?? []
  }

  /// A whole number of the range; nil when it is absent.
  mutating func integer(
    _ name: String, in range: ClosedRange<Int>, _ about: @autoclosure () -> String
  ) -> Int? {
    integer(name, in: range, .integer(range), about())
  }

  /// A whole number of the range; `fallback` when it is absent.
  mutating func integer(
    _ name: String, in range: ClosedRange<Int>, default fallback: Int,
    _ about: @autoclosure () -> String
  ) -> Int {
    integer(name, in: range, .integer(range).withDefault(.number("\(fallback)")), about())
      ?? fallback
  }

  private mutating func integer(
    _ name: String, in range: ClosedRange<Int>, _ schema: @autoclosure () -> Schema,
    _ about: @autoclosure () -> String
  ) -> Int? {
    value(
      name, schema(), rule: JSONViolation.Reason.wholeNumberRange(range).description, about()
    ) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  /// Yes or no; nil when it is absent.
  mutating func boolean(
    _ name: String, default fallback: JSONValue? = nil, _ about: @autoclosure () -> String
  ) -> Bool? {
    value(
      name, Schema.boolean.withDefault(fallback), rule: "must be true or false", about(),
      Bool.init)
  }

  /// A moment, or a day in UTC; `ofDay` gets the beginning of the day and returns the moment to
  /// use. A plus sign in a query means a space, so the plus sign of an offset must be escaped.
  mutating func moment(
    _ name: String, _ about: @autoclosure () -> String, ofDay: (Timestamp) -> Timestamp = { $0 }
  ) -> Timestamp? {
    value(
      name, .momentOrDay,
      rule: { text in
        text.contains(" ") && Timestamp(rfc3339: text.replacing(" ", with: "+")) != nil
          ? "has a space where + is meant: write it as %2B"
          : "must be a moment like 2026-01-01T10:00:00Z, or a day like 2026-01-01"
      }, about()
    ) { Timestamp(rfc3339: $0) ?? Timestamp(day: $0).map(ofDay) }
  }

  /// Words to search for.
  mutating func searchWords(_ about: @autoclosure () -> String) -> SearchWords? {
    let count = SearchWords.allowedCount
    return value(
      "q", .string(1...SearchWords.bytesMax),
      rule: "must have \(count.lowerBound) to \(count.upperBound) words and at most "
        + "\(SearchWords.bytesMax) bytes", about(), SearchWords.init)
  }

  /// Where the page of a list begins; nil for the beginning of the list. `position` reads a cursor.
  mutating func cursor<Position>(_ position: (String) -> Position?) -> Position? {
    value(
      Parameter.cursorName, .string(), rule: "must be a cursor of this list",
      "Where the page begins; taken from `next` of the page before.", position)
  }

  /// Which page of a list is asked for.
  mutating func page<Position>(
    _ position: (String) -> Position?
  ) -> (size: PageSize, start: Position?) {
    let size = integer(
      "limit", in: PageSize.allowed, default: PageSize.standard.value,
      "How many entries a page has at most. It may have fewer, even none, and not be the last: "
        + "then `next` is not null.")
    return (PageSize(size) ?? .standard, cursor(position))
  }
}

/// Collects what each parameter of a query may hold.
struct QueryDescription: QueryFields {
  private(set) var parameters: [Parameter] = []

  mutating func value<Value>(
    _ name: String, _ schema: @autoclosure () -> Schema, rule: (_ text: String) -> String,
    _ about: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value? {
    parameters.append(Parameter(location: .query, name: name, schema: schema(), text: about()))
    return nil
  }

  /// Nothing is read that could be wrong.
  mutating func refuse(_ name: String, _ rule: String) {}
}

extension [Parameter] {
  /// The parameters that `read` reads.
  static func query<Value>(_ read: (inout QueryDescription) -> Value) -> [Parameter] {
    var description = QueryDescription()
    _ = read(&description)
    return description.parameters
  }

  /// The parameters of a list that has no others.
  static let page = query { $0.page { _ in Int?.none } }

  /// Those of a list whose pages are as large as they can be.
  static let cursor = query { $0.cursor { _ in Int?.none } }
}
