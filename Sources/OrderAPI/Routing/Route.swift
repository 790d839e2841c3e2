package import HTTP

/// One thing a contract offers, as a value: the router and the documentation read the same table.
///
/// A route belongs to one event loop, as the services its handler calls do.
package struct Route {
  /// How a route makes its answer.
  package enum Handler {
    /// At once, from what is in memory.
    case now((Call) throws -> Response)
    /// After waiting for something.
    case later((Call) async throws -> Response)
  }

  /// What is asked to be done.
  package let method: Method
  /// Where, below the contract's mount.
  package let path: PathPattern
  /// What callers are told of it.
  let description: RouteDescription
  /// Who may.
  package let access: Access
  let handler: Handler

  /// A route whose handler waits for the database or another service.
  init(
    _ method: Method, _ path: PathPattern, _ description: RouteDescription, access: Access,
    _ handler: @escaping (Call) async throws -> Response
  ) {
    self.init(method, path, description, access: access, handler: .later(handler))
  }

  /// A route with either kind of handler.
  init(
    _ method: Method, _ path: PathPattern, _ description: RouteDescription, access: Access,
    handler: Handler
  ) {
    self.method = method
    self.path = path
    self.description = description
    self.access = access
    self.handler = handler
  }
}

extension Route {
  /// The handler's answer, whichever kind it is.
  func handle(_ call: Call) async throws -> Response {
    switch handler {
    case .now(let handler): try handler(call)
    case .later(let handler): try await handler(call)
    }
  }
}

/// A path with places for values: `/products/{id}`.
package struct PathPattern: ExpressibleByStringLiteral, Sendable {
  enum Segment: Equatable, Sendable {
    case literal([UInt8])
    case value(name: String)
  }

  /// The pattern as written.
  package let text: String
  let segments: [Segment]
  /// What the values in it are called, in their order.
  let names: [String]
  /// What stands before a path below it: the pattern, or nothing for the root.
  package var base: String { text == "/" ? "" : text }

  /// A pattern as it stands in a route table; names in braces take one segment each.
  package init(stringLiteral text: String) {
    self.init(text)
  }

  init(_ text: String) {
    self.text = text
    var segments: [Segment] = text.split(separator: "/").map { segment in
      segment.hasPrefix("{") && segment.hasSuffix("}")
        ? .value(name: String(segment.dropFirst().dropLast()))
        : .literal(Array(segment.utf8))
    }
    // A trailing slash is an empty segment, and makes it another address.
    if text.hasSuffix("/"), text != "/" { segments.append(.literal([])) }
    self.segments = segments
    names = segments.compactMap { if case .value(let name) = $0 { name } else { nil } }
  }
}

/// What a contract offers of one kind of thing, such as its orders.
struct Resource {
  /// What it is called; unique among all contracts.
  let name: String
  /// What it is, in a sentence.
  let about: String
  let routes: [Route]

  init(_ name: String, _ about: String, _ routes: [Route]) {
    self.name = name
    self.about = about
    self.routes = routes
  }
}

/// The routes of one contract, and the one way it tells a caller that something went wrong.
package struct RouteSet {
  /// Something that is done around a handler, which may be called several times.
  package typealias Around = (Call, () async throws -> Response) async throws -> Response

  /// The contract's name: that of its orders' channel, and of whoever changes one without a token.
  package let name: StaticString
  /// Whom a change is put down to that needed no token.
  let withoutToken: String
  /// What its refusals look like.
  let refusal: Schema
  /// Everything it offers, by what it is about.
  let resources: [Resource]
  /// Everything it offers.
  package let routes: [Route]
  /// Its error envelope, for every failure below its mount.
  package let explain: (Failure, FailureContext) -> Response
  /// What is done around every handler that waits, and around the transaction of a keyed one.
  let around: Around?

  /// A contract's routes and its error envelope.
  init(
    name: StaticString, refusal: Schema, resources: [Resource], around: Around? = nil,
    explain: @escaping (Failure, FailureContext) -> Response
  ) {
    self.name = name
    withoutToken = "\(name), no token"
    self.refusal = refusal
    self.resources = resources
    routes = resources.flatMap(\.routes)
    self.around = around
    self.explain = explain
  }
}
