import HTTP
import JSON

/// What the people who run the service ask it, outside every contract.
package struct Operations {
  /// Whether requests should be sent here, and why not.
  package struct Readiness: Sendable {
    /// What was looked at, and nil or what is wrong with it.
    package let checks: [(name: String, trouble: String?)]

    /// The state of what the service needs.
    package init(checks: [(name: String, trouble: String?)]) { self.checks = checks }

    /// Whether nothing is wrong.
    package var isReady: Bool { checks.allSatisfy { $0.trouble == nil } }
  }

  private let readiness: () async -> Readiness
  private let metrics: () -> [UInt8]
  private let metricsAccess: Access
  private let documents: Documents

  /// The operations of one event loop.
  package init(
    readiness: @escaping () async -> Readiness, metrics: @escaping () -> [UInt8],
    metricsAccess: Access = .admin, documents: Documents = Documents()
  ) {
    self.metricsAccess = metricsAccess
    self.readiness = readiness
    self.metrics = metrics
    self.documents = documents
  }

  /// The routes; they share the own API's error envelope.
  package var routeSet: RouteSet {
    RouteSet(
      name: "operations",
      refusal: WaybillContract.refusal,
      resources: [
        Resource(
          "operations", "What the people who run the service ask it, outside every contract.",
          [
            Route(
              .get, "/livez", About.liveness, access: .anyone,
              handler: .now { _ in .text(.ok, "ok\n") }),
            Route(.get, "/readyz", About.readiness, access: .anyone, getReadiness),
            Route(
              .get, "/metrics", About.metrics, access: metricsAccess,
              handler: .now { _ in Response(.ok, contentType: .metrics, body: metrics()) }),
          ]),
        Resource("documentation", "What there is to read about the calls.", documents.routes),
      ],
      explain: WaybillContract.explain)
  }

  private func getReadiness(_ call: Call) async throws -> Response {
    let state = await readiness()
    let body = JSONWriter.object { json in
      json.string("status", state.isReady ? "ready" : "not ready")
      json.object("checks") { checks in
        for check in state.checks { checks.string(JSONKey(check.name), check.trouble ?? "ok") }
      }
    }
    var response = Response.json(state.isReady ? .ok : .serviceUnavailable, body)
    if !state.isReady { response.fields.append(Field("Retry-After", "1")) }
    return response
  }
}

extension Response {
  /// An answer in JSON.
  static func json(_ status: Status, _ body: [UInt8]) -> Response {
    Response(status, contentType: .json, body: body)
  }
}
