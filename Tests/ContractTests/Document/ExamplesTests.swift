import HTTP
import JSON
import OrderStore
import Orders
import Testing

@testable import OrderAPI

@Suite("The examples of the document") struct ExamplesTests {
  /// One call of the document, with what it shows of a request.
  private struct Call {
    let name: String
    let method: String
    let target: String
    let body: String
    let answers: JSONValue
    let isForCustomers: Bool
  }

  @Test("all succeed on a service with demo data, one after the other, as their answers promise")
  func executed() async throws {
    let document = Described.document()
    let calls = Self.calls(of: document)
    #expect(calls.count > 40)

    try await asking { client in
      #expect(try await DemoData(client.owner).insert())
      try await client.refresh()
      try await client.sequence()
      let customer = try #require(try await TokenRepository(client.owner).renewDemo())
      let check = SchemaCheck(document: document)

      for call in calls {
        let type = call.body.isEmpty ? [] : ["Content-Type: application/json"]
        let token = call.isForCustomers ? ["Authorization: Bearer \(customer.secret)"] : []
        let answer = try await client.send(
          call.method, call.target, call.body, fields: type + token)

        let promise = call.answers["\(answer.status)"]
        #expect(
          ((200..<300).contains(answer.status) || [303, 307].contains(answer.status))
            && promise != nil,
          "\(call.name): \(answer.status) \(answer.body)")
        if let schema = promise?.at("content", "application/json", "schema"),
          answer.type == ContentType.json.value
        {
          let complaints = check.complaints(try answer.json, schema)
          #expect(complaints.isEmpty, "\(call.name): \(complaints)")
        }
      }
    }
  }

  /// Every request that the document shows, in its order; one that has no body once.
  private static func calls(of document: JSONValue) -> [Call] {
    (document["paths"]?.members ?? []).flatMap { path in
      path.value.members.flatMap { method -> [Call] in
        let operation = method.value
        let target = target(path.key, operation["parameters"]?.items ?? [])
        let examples =
          operation["requestBody"]?.at("content", "application/json", "examples")?.members ?? []
        let bodies = examples.map { ($0.key, $0.value["value"]?.written ?? "") }
        return (bodies.isEmpty ? [("", "")] : bodies).map { name, body in
          Call(
            name: "\(method.key) \(path.key) \(name)", method: method.key.uppercased(),
            target: target, body: body, answers: operation["responses"] ?? [:],
            isForCustomers: operation["security"] == [["token": ["customer"]]])
        }
      }
    }
  }

  private static func target(_ path: String, _ parameters: [JSONValue]) -> String {
    parameters.filter { $0["in"] == "path" }.reduce(path) { path, parameter in
      let example = parameter["example"]
      let text = example?.text ?? example?.written ?? ""
      return path.replacing("{\(parameter["name"]?.text ?? "")}", with: PercentCoding.encode(text))
    }
  }
}
