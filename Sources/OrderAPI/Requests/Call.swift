package import HTTP
import JSON
import Orders

/// One request, and the route that serves it.
package struct Call {
  /// The request.
  package let request: Request
  /// The name of the request in answers and logs.
  package let id: RequestID
  let entry: RouteTree.Entry
  /// The caller that the token belongs to; nil where the route needs no token.
  private(set) var caller: Caller?
  private let values: [ArraySlice<UInt8>]

  init(request: Request, id: RequestID, entry: RouteTree.Entry, values: [ArraySlice<UInt8>]) {
    self.request = request
    self.id = id
    self.entry = entry
    self.values = values
  }

  var route: Route { entry.route }
  var contract: Contract { entry.mount.contract }

  /// The value of `{name}` in the path, decoded.
  ///
  /// A segment with broken escapes or broken UTF-8 cannot be the name of anything.
  func value(_ name: String) throws(Failure) -> String {
    guard let index = route.path.names.firstIndex(of: name) else {
      preconditionFailure("\(route.path.text) has no {\(name)}")
    }
    guard let text = try? PercentCoding.decode(values[index]) else { throw .unknownRoute }
    return text
  }

  /// The same call with its caller, once the gate has let it through.
  func by(_ caller: Caller?) -> Call {
    var call = self
    call.caller = caller
    return call
  }

  /// Who the history says made a change.
  var who: String { caller?.who ?? contract.actorWithoutToken }

  /// The orders that the caller may know of: customers see their own only.
  var scope: OrderScope { OrderScope(channel: nil, owner: caller?.role.customer) }

  /// The customer who calls, on a route for customers.
  func customer() throws(Failure) -> CustomerID {
    guard let customer = caller?.role.customer else { throw .forbidden }
    return customer
  }

  /// The address of something that was made below this one.
  func location(of id: String) -> String {
    String(decoding: request.path, as: UTF8.self) + "/" + PercentCoding.encode(id)
  }

  /// The parameters of the query. A name that the route's description does not have is refused, and
  /// so is one that is given twice.
  func parameters() throws(Failure) -> Parameters {
    try Parameters(request.query, known: route.description.queryNames)
  }
}

/// The query of one request: each parameter is known and given at most once.
struct Parameters {
  private var values: [String: String] = [:]
  private(set) var violations: [JSONViolation] = []

  init(_ query: ArraySlice<UInt8>?, known: [String]) throws(Failure) {
    guard let query else { return }
    guard let parsed = try? Query(query) else {
      throw .invalid([
        JSONViolation(field: "query", reason: .refused("must be name=value pairs, percent-encoded"))
      ])
    }
    for parameter in parsed.parameters {
      let (name, value) = (parameter.name, parameter.value)
      if !known.contains(name) {
        let names = known.joined(separator: ", ")
        let meant = Similarity.nearest(to: name, of: known).map { "; did you mean \($0)?" } ?? ""
        refuse(
          name, known.isEmpty ? "no parameter is known here" : "is not one of: \(names)\(meant)")
      } else if values.updateValue(value, forKey: name) != nil {
        refuse(name, "must be given once")
      }
    }
  }

  /// The text of a parameter; an empty one counts as absent.
  func text(_ name: String) -> String? {
    values[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The value of a parameter, or nil when it is absent or was refused.
  mutating func read<Value>(
    _ name: String, _ rule: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value? {
    guard let text = text(name) else { return nil }
    let value = parse(text)
    if value == nil { refuse(name, rule()) }
    return value
  }

  /// A parameter that is a text of the domain, or nil when it is absent or refused.
  mutating func text<Value: FieldText>(_ name: String, _: Value.Type) -> Value? {
    read(name, Value.rule, Value.init)
  }

  /// Values parted by commas; empty when the parameter is absent or refused.
  mutating func list<Value: Hashable>(
    _ name: String, _ rule: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Set<Value> {
    read(name, rule()) { text in
      let words = text.split(separator: ",", omittingEmptySubsequences: false)
      let known = words.compactMap { parse(String($0)) }
      return known.count == words.count ? Set(known) : nil
    } ?? []
  }

  /// A whole number.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
    read(name, JSONViolation.Reason.wholeNumberRange(range).description) {
      Int($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Ends the reading: throws everything that was wrong at once.
  func finish() throws(Failure) {
    guard violations.isEmpty else { throw .invalid(violations) }
  }

  /// Refuses a parameter for a rule between several.
  mutating func refuse(_ name: String, _ rule: String) {
    violations.append(JSONViolation(field: name, reason: .refused(rule)))
  }
}
