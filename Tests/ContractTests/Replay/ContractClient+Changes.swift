import HTTP
import JSON
import OrderStore
import Orders
import Postgres
import Testing

@testable import OrderAPI

/// A request that changes something, and succeeds.
struct ChangingRequest {
  let method: String
  let target: String
  let body: String
  let token: String
}

extension ContractClient {
  /// Sends the changes of contracts, of which there is one for each route that changes data.
  func sendEveryChange(
    of contracts: [TestedContract] = TestedContract.all,
    by send: (ChangingRequest) async throws -> ContractAnswer
  ) async throws -> [ContractAnswer] {
    let shopper = try await shopper()
    var answers: [ContractAnswer] = []
    for tested in contracts {
      func request(_ method: String, _ target: String, _ body: String) -> ChangingRequest {
        ChangingRequest(
          method: method, target: tested.base + target, body: body, token: shopper.token.secret)
      }
      var order = ""
      if let body = tested.order {
        _ = try await self.send(request("POST", "/orders", body))
        let ids: SQL = "SELECT id::text FROM orders WHERE channel = \(tested.contract.name)"
        order = try await database.read(ids)[0].text(0)
      }
      var completed = ""
      if tested.changes.contains(where: { $0.target.contains("{completed}") }) {
        let sold = try await self.send(request("POST", "/orders", tested.order ?? ""))
        completed = try #require(try sold.json["id"]?.text)
        for status in ["in_progress", "completed"] {
          let body = #"{"status":"\#(status)"}"#
          _ = try await self.send(request("PATCH", "/orders/\(completed)/status", body))
        }
      }
      let token = try await TokenRepository(database).create(
        NewToken(role: .warehouse, name: Name("spare")!)!
      ).1.number
      let view = try await owner.write(
        """
        INSERT INTO saved_views (is_shared, screen, name, query, who)
        VALUES (false, 'orders', \(tested.contract.name), '', '') RETURNING id
        """)[0].int(0)
      #expect(tested.changes.map(\.route).sorted() == tested.contract.changingRoutes.sorted())
      for change in tested.changes {
        let target = change.target.replacing("{order}", with: order)
          .replacing("{completed}", with: completed)
          .replacing("{token}", with: "\(token)").replacing("{view}", with: "\(view)")
        let method = String(change.route.prefix { $0 != " " })
        answers.append(try await send(request(method, target, change.body)))
      }
    }
    return answers
  }

  func send(_ request: ChangingRequest, _ fields: [String] = []) async throws -> ContractAnswer {
    let token = request.target.hasPrefix("/shop/") ? ["Authorization: Bearer \(request.token)"] : []
    return try await send(
      request.method, request.target, request.body,
      fields: ["Content-Type: application/json"] + token + fields)
  }
}

extension Contract {
  /// `POST /orders` for each route that heeds a key. One that never waits asks no database, so
  /// there is nothing that could be done twice; the answer to a log-in is not stored.
  fileprivate var changingRoutes: [String] {
    routes.filter(\.takesKeys).map { "\($0.method.name) \($0.path.text)" }
  }
}

extension ContractAnswer {
  /// What two answers of the same kind have in common: no two orders have one id or one time.
  var shape: String {
    let fields = fields.map { "\($0.key): \($0.value)" }.sorted().joined(separator: "\n")
    return "\(status) \(type ?? "")\n\(fields)\n\(body)"
      .replacing(/"wb_[0-9a-f]{64}"/, with: "T").withoutIDsAndTimes
  }
}

extension String {
  /// The text without what no two orders have in common.
  var withoutIDsAndTimes: String {
    replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "ID")
      .replacing(/\d{4}-\d\d-\d\dT[\d:.]+Z/, with: "T")
  }
}
