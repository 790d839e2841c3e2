import HTTP
import JSON

/// How the service is doing, in the own API.
enum SystemRoutes {
  static let routes: [Route] = [Route(.get, "/system", about, access: .admin, get)]

  private static func get(_ call: Call, _ services: Services) async throws -> Response {
    _ = try call.form(of: [.json])
    let report = await services.operations.system()
    return .json(.ok, JSONWriter.object { report.write(to: &$0) })
  }

  private static let about = RouteDescription(
    "getSystem", "How the instance that answers is doing",
    "Other instances have figures of their own; `/metrics` has more, for a monitor.",
    answers: [.json(.ok, "The state", SystemReport.self, "state")], refusals: [.notAcceptable])
}
