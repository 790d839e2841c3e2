import HTTP
import JSON

/// What the people who run the service ask it, outside every contract.
public struct Operations {
  /// Whether requests should be sent here, and why not.
  public struct Readiness: Sendable {
    /// What was looked at, and nil or what is wrong with it.
    public let checks: [(name: String, trouble: String?)]

    /// The state of what the service needs.
    public init(checks: [(name: String, trouble: String?)]) { self.checks = checks }

    /// Whether nothing is wrong.
    public var isReady: Bool { checks.allSatisfy { $0.trouble == nil } }
  }

  private let readiness: () async -> Readiness
  private let metrics: () -> [UInt8]
  private let metricsAccess: Access

  /// The operations of one event loop.
  public init(
    readiness: @escaping () async -> Readiness, metrics: @escaping () -> [UInt8],
    metricsAccess: Access = .admin
  ) {
    self.metricsAccess = metricsAccess
    self.readiness = readiness
    self.metrics = metrics
  }

  /// The routes; they share the own API's error envelope.
  public var routeSet: RouteSet {
    RouteSet(
      name: "operations",
      routes: [
        Route(
          .get, "/livez", "Whether the process answers", access: .anyone,
          handler: .now { _ in Self.uncached(.text(.ok, "ok\n")) }),
        Route(
          .get, "/readyz", "Whether the service can do its work", access: .anyone, getReadiness),
        Route(
          .get, "/metrics", "Figures in Prometheus' text format", access: metricsAccess,
          handler: .now { _ in
            Self.uncached(Response(.ok, contentType: .metrics, body: metrics()))
          }),
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
    return Self.uncached(response)
  }

  private static func uncached(_ response: Response) -> Response {
    var response = response
    response.fields.append(Field("Cache-Control", "no-store"))
    return response
  }
}

extension Response {
  /// An answer in JSON.
  static func json(_ status: Status, _ body: [UInt8]) -> Response {
    Response(status, contentType: .json, body: body)
  }
}
