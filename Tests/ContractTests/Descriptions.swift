import HTTP

@testable import OrderAPI

extension Route {
  /// A route that only a test has: nobody is told anything of it but a line.
  init(
    _ method: HTTP.Method, _ path: PathPattern, _ summary: String, access: Access, handler: Handler
  ) {
    let description = RouteDescription("test", summary, answers: [])
    self.init(method, path, description, access: access, handler: handler)
  }
}

extension RouteSet {
  /// A contract that only a test has.
  init(
    name: StaticString, routes: [Route], explain: @escaping (Failure, FailureContext) -> Response
  ) {
    self.init(
      name: name, refusal: .string(), resources: [Resource("\(name)", "", routes)],
      explain: explain)
  }
}
