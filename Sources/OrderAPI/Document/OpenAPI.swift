import HTTP
import JSON
import Orders

/// The OpenAPI 3.1 document of everything that a router dispatches.
///
/// It is made of the routes alone. The examples of errors come from the contract's own `explain`,
/// so they are what a caller gets.
struct OpenAPI {
  private let mounts: [Mount]
  private let currency: Currency?
  private(set) var schemas: [String: JSONValue] = [:]
  /// Examples of error answers, by contract and code.
  private(set) var errorExamples: [String: JSONValue] = [:]
  /// The error answers that several operations of a contract have in common.
  private(set) var responses: [String: JSONValue] = [:]

  init(_ mounts: [Mount], currency: Currency? = nil) {
    self.mounts = mounts
    self.currency = currency
  }

  /// The document.
  mutating func document() -> JSONValue {
    var paths: [JSONValue.Member] = []
    for mount in mounts {
      for (resource, route) in mount.contract.resources.flatMap({ part in
        part.routes.map { (part.name, $0) }
      }) {
        let path = mount.path.base + route.path.text
        let method = JSONValue.Member(
          key: route.method.name.lowercased(), value: operation(route, of: resource, mount))
        let known = paths.firstIndex { $0.key == path }
        guard let known, case .object(let methods) = paths[known].value else {
          paths.append(.init(key: path, value: .object([method])))
          continue
        }
        paths[known] = .init(key: path, value: .object(methods + [method]))
      }
    }
    let document: JSONValue = [
      "openapi": "3.1.0", "info": Self.info, "servers": [["url": "/"]],
      "tags": .array(
        mounts.flatMap(\.contract.resources).map {
          ["name": .string($0.name), "description": .string($0.about)]
        }),
      "paths": .object(paths), "components": components,
    ]
    return document.naming(currency)
  }

  private mutating func operation(
    _ route: Route, of resource: String, _ mount: Mount
  ) -> JSONValue {
    let about = route.description
    var members: [JSONValue.Member] = [
      .init(key: "tags", value: [.string(resource)]),
      .init(key: "operationId", value: .string(Self.name(about.name, mount))),
      .init(key: "summary", value: .string(about.summary)),
    ]
    if !about.text.isEmpty { members.append(.init(key: "description", value: .string(about.text))) }
    members.append(.init(key: "security", value: route.access.requirement))
    let common =
      (route.takesKeys ? [Parameter.idempotencyKey] : [])
      + (route.hasDryRun(in: mount.contract) ? [.prefer] : [])
      + (route.mayReadCopies ? [.position] : [])
    let parameters = (about.parameters + common).map { json($0) }
    if !parameters.isEmpty { members.append(.init(key: "parameters", value: .array(parameters))) }
    if let body = about.body {
      let content = Answer.Content(type: .json, schema: body.schema, examples: body.examples)
      members.append(
        .init(key: "requestBody", value: ["required": true, "content": json([content])]))
    }
    members.append(.init(key: "responses", value: responses(route, mount)))
    return .object(members)
  }

  /// The operation's id. In contracts other than the own API it begins with the contract's name.
  private static func name(_ name: String, _ mount: Mount) -> String {
    mount.path.text == "/" ? name : "\(mount.contract.name)" + name.capitalized
  }

  private mutating func json(_ parameter: Parameter) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init(key: "name", value: .string(parameter.name)),
      .init(key: "in", value: .string(parameter.location.rawValue)),
      .init(key: "required", value: .boolean(parameter.isRequired)),
      .init(key: "description", value: .string(parameter.text)),
      .init(key: "schema", value: use(parameter.schema)),
    ]
    if let example = parameter.example { members.append(.init(key: "example", value: example)) }
    return .object(members)
  }

  private mutating func use(_ schema: Schema) -> JSONValue {
    schemas.merge(schema.named) { $1 }
    return schema.json
  }

  private mutating func json(_ contents: [Answer.Content]) -> JSONValue {
    .object(
      contents.map { content in
        var media: [JSONValue.Member] = [.init(key: "schema", value: use(content.schema))]
        if !content.examples.isEmpty {
          let examples = content.examples.map {
            JSONValue.Member(key: $0.name, value: ["value": $0.value])
          }
          media.append(.init(key: "examples", value: .object(examples)))
        }
        let type = content.type.value.prefix { $0 != ";" }
        return .init(key: String(type), value: .object(media))
      })
  }
}

// MARK: - Responses

extension OpenAPI {
  private mutating func responses(_ route: Route, _ mount: Mount) -> JSONValue {
    let about = route.description
    var members = about.answers.map { answer in
      JSONValue.Member(key: "\(answer.status.code)", value: json(answer, route, mount))
    }
    if about.parameters.contains(where: { $0.name == Parameter.ifNoneMatch.name }) {
      members.append(
        .init(
          key: "304",
          value: [
            "description": "The caller has this version already", "headers": Self.headers([.etag]),
          ]))
    }
    let codes = Dictionary(grouping: Self.codes(of: route, in: mount.contract)) { code in
      mount.contract.explain(code.entry.sample, .example(mount)).status.code
    }
    for (status, codes) in codes.sorted(by: { $0.key < $1.key })
    where !members.contains(where: { $0.key == "\(status)" }) {
      members.append(.init(key: "\(status)", value: shared(json(codes, mount), status, mount)))
    }
    return .object(members)
  }

  private mutating func json(
    _ answer: Answer, _ route: Route, _ mount: Mount
  ) -> JSONValue {
    let headers =
      answer.headers + (route.takesKeys ? [.replayed] : [])
      + (route.hasDryRun(in: mount.contract) ? [.preferenceApplied] : [])
      + (route.method != .get && route.mayWait ? [.position] : [])
      + (route.access == .anyone ? [] : [.rateLimit, .rateLimitPolicy])
    var members: [JSONValue.Member] = [
      .init(key: "description", value: .string(answer.text)),
      .init(key: "headers", value: Self.headers(headers)),
    ]
    if !answer.contents.isEmpty {
      members.append(.init(key: "content", value: json(answer.contents)))
    }
    if !answer.links.isEmpty {
      let links = answer.links.map { link in
        JSONValue.Member(
          key: link.operation,
          value: [
            "operationId": .string(Self.name(link.operation, mount)),
            "parameters": [link.parameter: .string("$response.body#\(link.pointer)")],
          ])
      }
      members.append(.init(key: "links", value: .object(links)))
    }
    return .object(members)
  }

  /// A reference to the answer, if the contract's first answer with this status is equal to it.
  private mutating func shared(
    _ response: JSONValue, _ status: Int, _ mount: Mount
  ) -> JSONValue {
    let name = "\(mount.contract.name).\(status)"
    if responses[name, default: response] != response { return response }
    responses[name] = response
    return ["$ref": .string("#/components/responses/\(name)")]
  }

  /// An error answer with one status, for any of these codes.
  private mutating func json(_ codes: [ErrorCode], _ mount: Mount) -> JSONValue {
    let codes = Set(codes).sorted { $0.rawValue < $1.rawValue }
    var examples: [JSONValue.Member] = []
    var fields: Set<String> = []
    for code in codes {
      let name = "\(mount.contract.name).\(code)"
      let response = mount.contract.explain(code.entry.sample, .example(mount))
      fields.formUnion(response.fields.map { "\($0.name)" })
      errorExamples[name] = [
        "summary": .string(code.entry.happened),
        "value": (try? JSONValue(parsing: response.body)) ?? .null,
      ]
      examples.append(
        .init(key: "\(code)", value: ["$ref": .string("#/components/examples/\(name)")]))
    }
    return [
      "description": .string(codes.map { "`\($0)`" }.joined(separator: ", ")),
      "headers": Self.headers(Answer.Header.allCases.filter { fields.contains($0.rawValue) }),
      "content": [
        "application/json": ["schema": use(mount.contract.refusal), "examples": .object(examples)]
      ],
    ]
  }

  /// All error codes of a route: those in its description, and those that its kind brings along.
  private static func codes(of route: Route, in contract: Contract) -> [ErrorCode] {
    let about = route.description
    var codes = about.refusals
    if contract.heedsPrefer(route) {
      // Of a Prefer that cannot be read.
      codes += route.dryRun == .refused ? [.noDryRun, .invalidRequest] : [.invalidRequest]
    }
    if route.access != .anyone {
      codes += [
        .unauthenticated, .forbidden, .foreignPage, .misdirected, .tooManyBadTokens,
        .tooManyRequests,
      ]
    }
    if !about.queryNames.isEmpty { codes.append(.invalidRequest) }
    if about.body != nil {
      codes += [.invalidJSON, .invalidRequest, .notJSON, .encodedBody, .badMessage]
    }
    if about.parameters.contains(where: { $0.name == Parameter.ifMatch.name }) {
      codes.append(.versionChanged)
    }
    if route.takesKeys {
      codes += [.badIdempotencyKey, .idempotencyKeyReused, .idempotencyKeyUnderWay]
    }
    guard route.mayWait else { return codes }
    codes += [.internal, .overloaded, .timedOut, .unavailable]
    return route.method == .get ? codes : codes + [.readOnly, .outcomeUnknown]
  }

  private static func headers(_ headers: [Answer.Header]) -> JSONValue {
    .object(
      (["X-Request-Id"] + headers.map(\.rawValue)).map {
        .init(key: $0, value: ["$ref": .string("#/components/headers/\($0)")])
      })
  }
}

extension Route {
  /// Whether it has calls that any copy of the data may answer.
  fileprivate var mayReadCopies: Bool { reads != .primary }

  /// Whether it answers dry runs.
  fileprivate func hasDryRun(in contract: Contract) -> Bool {
    contract.heedsPrefer(self) && dryRun == .rolledBack
  }
}

extension Access {
  /// The alternatives of which a request needs one, each with the role of the token.
  fileprivate var requirement: JSONValue {
    switch self {
    case .anyone: []
    case .customer: [["token": ["customer"]]]
    case .roles(let roles):
      .array(
        (roles.map(\.rawValue).sorted() + ["admin"]).map { ["token": [.string($0)]] })
    }
  }
}

extension String {
  /// The same with a capital first letter.
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}

extension FailureContext {
  /// The context of an example: the same wherever the service runs.
  static func example(_ mount: Mount) -> FailureContext { example(at: mount.path) }

  static func example(at mount: PathPattern) -> FailureContext {
    FailureContext(id: .made(0, 0), request: nil, mount: mount, mainAddress: "127.0.0.1:8080")
  }
}
