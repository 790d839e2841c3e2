import HTTP
import JSON
import Orders

extension Call {
  /// What the query asks for: `read` reads all of its parameters. Everything that is wrong with
  /// them is thrown at once. A name that the route's description does not have is refused, and so
  /// is one that is given twice.
  func query<Value>(_ read: (inout Parameters) -> Value) throws(Failure) -> Value {
    try Parameters(request.query, known: route.description.queryNames).read(by: read)
  }
}

/// The query of one request: each parameter is known and given at most once.
struct Parameters: QueryFields {
  private let known: [String]
  private var values: [String: String] = [:]
  private var violations: [JSONViolation] = []

  init(_ query: ArraySlice<UInt8>?, known: [String]) throws(Failure) {
    self.known = known
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

  mutating func value<Value>(
    _ name: String, _ schema: @autoclosure () -> Schema, rule: (_ text: String) -> String,
    _ about: @autoclosure () -> String, _ parse: (String) -> Value?
  ) -> Value? {
    assert(known.contains(name), "\(name) is read, but the route's description does not have it")
    // An empty text counts as absent.
    guard let text = values[name], !text.isEmpty else { return nil }
    let value = parse(text)
    if value == nil { refuse(name, rule(text)) }
    return value
  }

  /// What `read` reads. Everything that was wrong is thrown at once.
  consuming func read<Value>(by read: (inout Parameters) -> Value) throws(Failure) -> Value {
    let value = read(&self)
    guard violations.isEmpty else { throw .invalid(violations) }
    return value
  }

  mutating func refuse(_ name: String, _ rule: String) {
    violations.append(JSONViolation(field: name, reason: .refused(rule)))
  }
}
