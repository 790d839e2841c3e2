import HTTP
import JSON

/// What the service answers to the people who operate it, on one event loop; outside every client's
/// contract.
package struct Operations {
  let readiness: () async -> ReadinessReport
  let metrics: () -> [UInt8]
  let documents: Documents
  let version: String
  let system: () async -> SystemReport

  /// - Parameters:
  ///   - readiness: Looks whether the service can do its work.
  ///   - metrics: The metrics in Prometheus' text format.
  ///   - documents: The pages about the routes.
  ///   - version: That of the program.
  ///   - system: How this instance is doing.
  package init(
    readiness: @escaping () async -> ReadinessReport, metrics: @escaping () -> [UInt8],
    documents: Documents, version: String, system: @escaping () async -> SystemReport
  ) {
    self.readiness = readiness
    self.metrics = metrics
    self.documents = documents
    self.version = version
    self.system = system
  }
}

extension Operations {
  /// The routes, which explain failures as the own API does.
  package static func contract(metricsAccess: Access) -> Contract {
    Contract(
      name: "operations",
      refusal: WaybillContract.refusal,
      resources: [
        Resource(
          "operations", "What the people who run the service ask it, outside every contract.",
          [
            Route(
              .get, "/livez", About.liveness, access: .anyone,
              immediate: { _, _ in .text(.ok, "ok\n") }),
            Route(.get, "/readyz", About.readiness, access: .anyone, getReadiness),
            Route(
              .get, "/metrics", About.metrics, access: metricsAccess,
              immediate: { _, services in
                Response(.ok, contentType: .metrics, body: services.operations.metrics())
              }),
          ]),
        Resource("documentation", "What there is to read about the calls.", Documents.routes),
      ],
      explain: WaybillContract.explain)
  }

  private static func getReadiness(_ call: Call, _ services: Services) async throws -> Response {
    let report = await services.operations.readiness()
    let body = JSONWriter.object { json in
      json.string("status", report.isReady ? "ready" : "not ready")
      json.object("checks") { checks in
        for check in report.checks { checks.string(JSONKey(check.name), check.problem ?? "ok") }
      }
    }
    var response = Response.json(report.isReady ? .ok : .serviceUnavailable, body)
    if !report.isReady { response.fields.append(Field("Retry-After", "1")) }
    return response
  }
}

/// Whether requests should be sent to this instance, and why not.
package struct ReadinessReport: Sendable {
  /// What was checked, and nil or what is wrong with it.
  package let checks: [(name: String, problem: String?)]

  package init(checks: [(name: String, problem: String?)]) { self.checks = checks }

  /// Whether nothing is wrong.
  package var isReady: Bool { checks.allSatisfy { $0.problem == nil } }
}

extension Response {
  /// An answer in JSON.
  static func json(_ status: Status, _ body: [UInt8]) -> Response {
    Response(status, contentType: .json, body: body)
  }
}
