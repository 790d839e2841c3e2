import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("The OpenAPI document") struct OpenAPITests {
  private let document: JSONValue
  private var operations: [(path: String, method: String, value: JSONValue)]

  init() throws {
    document = Described.document()
    operations = (document["paths"]?.members ?? []).flatMap { path in
      path.value.members.map { (path.key, $0.key, $0.value) }
    }
    let shared = document.at("components", "responses")
    operations = operations.map { ($0.path, $0.method, $0.value.resolving(responses: shared)) }
  }

  @Test("has every route that is dispatched, and no other") func routes() throws {
    let routes = Mount.mainPort().flatMap { mount in
      mount.contract.routes.map { route in
        "\(route.method.name.lowercased()) "
          + mount.template(of: route)
      }
    }

    #expect(Set(operations.map { "\($0.method) \($0.path)" }) == Set(routes))
    #expect(operations.count == routes.count)
  }

  @Test("says of every route what for, under a name of its own, and what the answers are")
  func descriptions() {
    for operation in operations {
      let name = "\(operation.method) \(operation.path)"
      #expect(operation.value["summary"]?.text?.isEmpty == false, "\(name)")
      let statuses = operation.value["responses"]?.members.map(\.key) ?? []
      #expect(statuses.contains { $0.hasPrefix("2") || $0 == "307" || $0 == "303" }, "\(name)")
      let mayHaveBody = ["post", "patch", "put"].contains(operation.method)
      #expect(operation.value["requestBody"] == nil || mayHaveBody, "\(name)")
    }
    let names = operations.compactMap { $0.value["operationId"]?.text }
    #expect(Set(names).count == operations.count)
    #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z]+([A-Z][A-Za-z]*)+/) != nil })
  }

  @Test("names the values of each path, and no others") func paths() {
    for operation in operations {
      let named = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }
        .map { String($0.dropFirst().dropLast()) }
      let described = (operation.value["parameters"]?.items ?? [])
        .filter { $0["in"] == "path" }.compactMap { $0["name"]?.text }
      #expect(described == named, "\(operation.method) \(operation.path)")
    }
  }

  @Test("needs a token where the route does, of the roles that it names") func access() throws {
    for mount in Mount.mainPort() {
      for route in mount.contract.routes {
        let path = mount.template(of: route)
        let operation = document.at("paths", path, route.method.name.lowercased())
        let needed = operation?["security"]?.items ?? [.null]
        #expect(needed.isEmpty == (route.access == .anyone), "\(path)")
        let refuses = operation.at("responses", "401") != nil
        // Whoever logs in shows a token in the body.
        let isLogIn = route.path.text == "/console/session" && route.method == .post
        #expect(refuses == (route.access != .anyone || isLogIn), "\(path)")
      }
    }
  }

  @Test("refers to nothing that it does not have") func references() {
    let names = Set(operations.compactMap { $0.value["operationId"]?.text })
    for object in document.objects {
      if let reference = object["$ref"]?.text {
        let keys = reference.dropFirst(2).split(separator: "/").map(String.init)
        #expect(keys.reduce(document, { $0?[$1] }) != nil, "\(reference)")
      }
      for link in object["links"]?.members ?? [] {
        #expect(link.value["operationId"]?.text.map(names.contains) == true, "\(link.key)")
      }
    }
  }

  @Test("names what a refusal says in its header: the limit, when to come back, what to send")
  func refusalHeaders() {
    let expected = [
      "401": ["WWW-Authenticate"], "429": ["RateLimit", "RateLimit-Policy", "Retry-After"],
      "503": ["Retry-After"],
    ]
    for operation in operations {
      for (status, names) in expected {
        guard let answer = operation.value["responses"]?[status] else { continue }
        // A log-in is not limited by its rate, only by bad tokens.
        let isLogIn = operation.path == "/console/session" && operation.method == "post"
        let names = isLogIn ? names.filter { !$0.hasPrefix("RateLimit") } : names
        let named = Set((answer["headers"]?.members ?? []).map(\.key))
        #expect(named.isSuperset(of: names), "\(operation.method) \(operation.path): \(status)")
      }
    }
  }

  @Test("shows an example of everything in JSON that a contract answers") func exampleOfEach() {
    for operation in operations where operation.path != "/openapi.json" {
      for (status, answer) in (operation.value["responses"]?.members ?? []).map({
        ($0.key, $0.value)
      }) {
        guard let media = answer.at("content", "application/json") else { continue }
        #expect(
          media["examples"]?.members.isEmpty == false,
          "\(operation.method) \(operation.path): \(status)")
      }
    }
  }

  @Test("has examples that fit their schemas, of requests, answers and refusals") func examples() {
    let check = SchemaCheck(document: document)
    var count = 0
    for operation in operations {
      for media in operation.value.objects {
        guard let schema = media["schema"], let examples = media["examples"] else { continue }
        for example in examples.members {
          let target = example.value["$ref"]?.text.flatMap { reference in
            document.at("components", "examples")?[String(reference.split(separator: "/").last!)]
          }
          let value = (target ?? example.value)["value"] ?? .null
          let complaints = check.complaints(value, schema)
          #expect(
            complaints.isEmpty,
            "\(operation.method) \(operation.path), \(example.key): \(complaints)")
          count += 1
        }
      }
    }
    #expect(count > 300)
  }
}

extension JSONValue {
  /// An operation with the answers themselves where it refers to shared ones.
  fileprivate func resolving(responses shared: JSONValue?) -> JSONValue {
    .object(
      members.map { member in
        guard member.key == "responses" else { return member }
        let answers = member.value.members.map { answer in
          let name = answer.value["$ref"]?.text?.split(separator: "/").last.map(String.init)
          return Member(key: answer.key, value: name.flatMap { shared?[$0] } ?? answer.value)
        }
        return Member(key: member.key, value: .object(answers))
      })
  }
}

extension JSONValue? {
  fileprivate func at(_ keys: String...) -> JSONValue? {
    keys.reduce(self) { value, key in value?[key] }
  }
}
