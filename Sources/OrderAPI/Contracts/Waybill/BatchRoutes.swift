import HTTP
import JSON
import OrderService
import OrderStore
import Orders

/// Many orders by one request.
enum BatchRoutes {
  static let routes: [Route] = [
    Route(.post, "/orders/batch", About.place, access: .retailer, write: .placements, place),
    Route(.post, "/orders/status", About.move, access: .warehouse, write: .moves, move),
  ]

  private static func place(_ call: Call, _ services: Services) async throws -> Response {
    let batch = try call.body(NewBatch.init(reading:))
    let outcomes = try await services.placeOrder(batch.orders, batch.mode, by: call.actor)
    if batch.mode == .all {
      let refusals = outcomes.enumerated().compactMap { index, outcome in
        outcome.refusal.map { (index: index, error: $0) }
      }
      guard refusals.isEmpty else { throw Failure.batchRefused(refusals, of: outcomes.count) }
    }
    let results = zip(outcomes, batch.orders).enumerated().map { index, entry -> OrderResult in
      let (outcome, order) = entry
      return OrderResult(index, outcome, .created, call.failureContext(services)) { json, placed in
        placed.write(to: &json, inPart: order.shortage == .partial)
      }
    }
    return .json(batch.mode == .all ? .created : .ok, BatchAnswer(results).bytes(done: "placed"))
  }

  private static func move(_ call: Call, _ services: Services) async throws -> Response {
    let batch = try call.body(BatchMove.init(reading:))
    let outcomes = try await services.orders.move(
      batch.orders, to: batch.status, in: call.scope, by: call.actor)
    let results = outcomes.enumerated().map { index, outcome -> OrderResult in
      OrderResult(index, outcome, .ok, call.failureContext(services)) { json, order in
        order.write(to: &json)
      }
    }
    return .json(.ok, BatchAnswer(results).bytes(done: "moved"))
  }
}

extension Result {
  fileprivate var refusal: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

extension Call {
  /// What the contract needs to explain a part of the request that failed.
  fileprivate func failureContext(_ services: Services) -> FailureContext {
    FailureContext(
      id: id, request: request, mount: entry.mount.path, mainAddress: services.address)
  }
}

extension OrderResult {
  /// What became of an order; `write` writes it if it was not refused.
  fileprivate init<Shown>(
    _ index: Int, _ outcome: Result<Shown, OrderError>, _ success: Status,
    _ context: FailureContext, _ write: (inout JSONObjectWriter, Shown) -> Void
  ) {
    switch outcome {
    case .success(let order):
      self.init(
        index: index, status: success.code,
        order: JSONWriter.object(reserving: 1_024) { write(&$0, order) }, error: nil)
    case .failure(let error):
      let refusal = WaybillContract.explain(.order(error), context)
      self.init(index: index, status: refusal.status.code, order: nil, error: refusal.body)
    }
  }
}
