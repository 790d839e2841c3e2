import HTTP
import JSON
import Orders
import TestSupport
import Testing

@testable import OrderAPI

@Suite("A contract")
struct ContractMountTests {
  @Test("answers the same below its base path as at the root of a port of its own")
  func bothForms() async throws {
    try await asking { main in
      for contract in Contract.additional {
        let own = ContractClient(main.database, ownPortOf: contract.name)
        let routes = contract.routes
        let known = routes.map { ($0.method.name, $0.path.text) }
        for (method, path) in known + [("GET", "/nowhere"), ("BREW", "/"), ("GET", "/")] {
          let path = path.replacing(#/\{\w+\}/#, with: "7f")

          let below = try await main.send(method, contract.basePath.text + path, "{}")
          let root = try await own.send(method, path, "{}")

          #expect(below.status == root.status && below.body == root.body, "\(method) \(path)")
          #expect(below.fields == root.fields, "\(method) \(path)")
        }
      }
    }
  }

  @Test("has the name of a channel of its own, and an address made of it")
  func names() {
    let names = [WaybillContract.contract.name] + Contract.additional.map(\.name)

    #expect(names.sorted() == Channel.allCases.map(\.rawValue).sorted())
    #expect(Contract.additional.allSatisfy { $0.basePath.text == "/" + $0.name })
  }

  @Test(
    "speaks in its own envelope of what never became a call",
    arguments: [("/storefront", "storefront"), ("/storefront/orders", "storefront"), ("/x", "")])
  func refusals(_ path: String, speaker: String) async throws {
    let body = try await asking(of: "host=/nowhere") { client in
      let request = try parse("GET \(path)")
      let response = client.router.refuse(.overloaded, request, id: .made(0, 7))
      return String(decoding: response.body, as: UTF8.self)
    }

    #expect(body.contains(#""statusCode":503"#) == (speaker == "storefront"), "\(body)")
  }

  @Test(
    "names addresses as its client sees them: of what was made, and of the next page",
    arguments: ["/", "/there"])
  func addresses(_ mount: String) throws {
    let contract = Contract(
      name: "test",
      routes: [
        Route(
          .get, "/things", "", access: .anyone,
          immediate: { call, _ in .text(.ok, call.location(of: "a/b") + " " + call.next("c")) })
      ], explain: { _, context in .text(.notFound, context.path) })
    let router = try Router([Mount(PathPattern(mount), contract)])
    let base = mount == "/" ? "" : mount

    func ask(_ path: String) throws -> String {
      guard
        case .now(let response, _) = router.reply(
          to: try parse(path), id: .made(0, 7), from: ClientAddress(v4: 1))
      else { throw UnexpectedWait() }
      return String(decoding: response.body, as: UTF8.self)
    }

    #expect(
      try ask("GET \(base)/things?limit=2&cursor=b")
        == "\(base)/things/a%2Fb \(base)/things?limit=2&cursor=c")
    #expect(try ask("GET \(base)/things/9?x=1") == "/things/9")
    #expect(try ask("GET \(base)/") == "/")
  }
}
