package import HTTP
import JSON
import Orders

/// One request at the route it is meant for.
package struct Call {
  /// The request.
  package let request: Request
  /// What the request is called in answers and logs.
  package let id: RequestID
  let entry: RouteTree.Entry
  /// Who asks, as far as a token tells; nil where none was asked for.
  private(set) var caller: Caller?
  private let values: [ArraySlice<UInt8>]

  init(request: Request, id: RequestID, entry: RouteTree.Entry, values: [ArraySlice<UInt8>]) {
    self.request = request
    self.id = id
    self.entry = entry
    self.values = values
  }

  var route: Route { entry.route }
  var contract: StaticString { entry.mount.set.name }

  /// What stands in the path at `{name}`, decoded.
  ///
  /// A segment that is not proper UTF-8 in proper escapes names nothing that could exist.
  func value(_ name: String) throws(Failure) -> String {
    guard let place = route.path.names.firstIndex(of: name) else {
      preconditionFailure("\(route.path.text) has no {\(name)}")
    }
    guard let text = try? PercentCoding.decode(values[place]) else { throw .unknownRoute }
    return text
  }

  /// The same call, by somebody whom the gate has let through.
  func by(_ caller: Caller?) -> Call {
    var call = self
    call.caller = caller
    return call
  }

  /// Whom a change is put down to.
  var who: String { caller?.who ?? entry.mount.set.withoutToken }

  /// The orders of all channels that the caller may know of: a customer's are his own.
  var scope: OrderScope { OrderScope(channel: nil, owner: caller?.role.customer) }

  /// Whose own things these are, on a route for customers.
  func customer() throws(Failure) -> CustomerID {
    guard let customer = caller?.role.customer else { throw .forbidden }
    return customer
  }

  /// Where something that was made below this address is to be found.
  func location(of id: String) -> String {
    String(decoding: request.path, as: UTF8.self) + "/" + PercentCoding.encode(id)
  }

  /// The parameters of the query; a name that the route's description does not have, or one given
  /// twice, is refused.
  func parameters() throws(Failure) -> Parameters {
    try Parameters(request.query, known: route.description.queryNames)
  }
}

/// The query of one request, every parameter known and at most once there.
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

  /// A parameter as the value it stands for, or nil when it is absent or refused.
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

  /// Ends the reading: throws everything that was wrong, at once.
  func finish() throws(Failure) {
    guard violations.isEmpty else { throw .invalid(violations) }
  }

  private mutating func refuse(_ name: String, _ rule: String) {
    violations.append(JSONViolation(field: name, reason: .refused(rule)))
  }
}
