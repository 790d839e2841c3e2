import HTTP

@testable import OrderAPI

extension Route {
  /// A route for a test, with a summary as its only description.
  init(
    _ method: HTTP.Method, _ path: PathPattern, _ summary: String, access: Access,
    immediate handler: @escaping ImmediateHandler
  ) {
    let description = RouteDescription("test", summary, answers: [])
    self.init(method, path, description, access: access, immediate: handler)
  }
}

extension Contract {
  /// A contract for a test.
  init(
    name: String, routes: [Route],
    explain: @escaping @Sendable (Failure, FailureContext) -> Response
  ) {
    self.init(
      name: name, refusal: .string(), resources: [Resource(name, "", routes)], explain: explain)
  }
}

extension Router {
  /// A router over these mounts, whose routes ask no database.
  convenience init(
    _ mounts: [Mount], nextTurn: @escaping () async -> Void = {},
    report: @escaping (any Error, RequestID) -> Void = { _, _ in }
  ) throws {
    self.init(mounts, services: try .withoutDatabase(), nextTurn: nextTurn, report: report)
  }
}

extension FailureContext {
  /// Of a request of which nothing was read, at a contract's own port.
  static var test: FailureContext {
    FailureContext(id: .made(0, 7), request: nil, mount: "/", mainAddress: "localhost:8080")
  }
}
