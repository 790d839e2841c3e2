import HTTP
import JSON

/// What the OpenAPI document says about a route. Every route has one.
struct RouteDescription: Sendable {
  /// The name of the operation, unique within its contract.
  let name: String
  /// Its purpose, in one line.
  let summary: String
  /// More about it, in Markdown.
  let text: String
  /// What the path, the query and the header may hold.
  let parameters: [Parameter]
  /// The names of those in the query. Others are refused, if the handler reads the query.
  let queryNames: [String]
  let body: Body?
  let answers: [Answer]
  /// The errors it may answer with, besides those of every route of its kind.
  let refusals: [ErrorCode]

  init(
    _ name: String, _ summary: String, _ text: String = "", parameters: [Parameter] = [],
    query: [Parameter] = [], body: Body? = nil, answers: [Answer], refusals: [ErrorCode] = []
  ) {
    self.name = name
    self.summary = summary
    self.text = text
    self.parameters =
      parameters.filter { $0.location != .header } + query
      + parameters.filter { $0.location == .header }
    queryNames = query.map(\.name)
    self.body = body
    self.answers = answers
    self.refusals = refusals
  }
}

/// One value that a request may carry outside its body.
struct Parameter: Sendable {
  /// The part of the request that holds it.
  enum Location: String { case path, query, header }

  let location: Location
  let name: String
  let schema: Schema
  let text: String
  /// A value that can be tried on a service with the demo data.
  var example: JSONValue?
  /// A value in the path is always there.
  var isRequired: Bool { location == .path }

  static func path(
    _ name: String, _ schema: Schema, _ text: String, example: JSONValue
  ) -> Parameter {
    Parameter(location: .path, name: name, schema: schema, text: text, example: example)
  }

  static func header(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
    Parameter(location: .header, name: name, schema: schema, text: text)
  }
}

/// The body of a request.
struct Body: Sendable {
  let schema: Schema
  let examples: [Example]
  /// Whether it may have `MessageLimits.largeBodyBytesMax` bytes, and not only `bodyBytesMax`.
  let isLarge: Bool

  init(
    _ schema: Schema, isLarge: Bool = false, _ examples: KeyValuePairs<String, String>
  ) {
    self.schema = schema
    self.isLarge = isLarge
    self.examples = examples.map { Example($0.key, $0.value) }
  }

  var bytesMax: Int {
    isLarge ? MessageLimits.standard.largeBodyBytesMax : MessageLimits.standard.bodyBytesMax
  }
}

/// An example of a request's or an answer's body.
struct Example: Sendable {
  let name: String
  let value: JSONValue

  /// An example from its name and its text, which is JSON or, if it is not, taken as it is.
  init(_ name: String, _ text: String) {
    self.name = name
    value = (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
  }
}

/// A successful answer of a route.
struct Answer: Sendable {
  /// The body, in one of its forms.
  struct Content: Sendable {
    let type: ContentType
    let schema: Schema
    var examples: [Example] = []
  }

  /// The fields of its header that are documented.
  enum Header: String, CaseIterable {
    case etag = "ETag"
    case location = "Location"
    case link = "Link"
    case retryAfter = "Retry-After"
    case replayed = "Idempotent-Replayed"
    case preferenceApplied = "Preference-Applied"
    case rateLimit = "RateLimit"
    case rateLimitPolicy = "RateLimit-Policy"
    case authenticate = "WWW-Authenticate"
    case cursor = "Waybill-Cursor"
    case position = "Waybill-Position"
    case acceptEncoding = "Accept-Encoding"
    case setCookie = "Set-Cookie"
  }

  let status: Status
  let text: String
  var headers: [Header] = []
  var contents: [Content] = []
  var links: [Link] = []

  /// An answer in JSON.
  static func json(
    _ status: Status, _ text: String, _ schema: Schema, headers: [Header] = [],
    _ examples: KeyValuePairs<String, String> = [:], links: [Link] = []
  ) -> Answer {
    let content = Content(
      type: .json, schema: schema, examples: examples.map { Example($0.key, $0.value) })
    return Answer(
      status: status, text: text, headers: headers, contents: [content], links: links)
  }

  /// An object in JSON; its sample is the example.
  static func json<Shown: AnswerObject>(
    _ status: Status, _ text: String, _: Shown.Type, headers: [Header] = [],
    _ example: String, links: [Link] = []
  ) -> Answer {
    json(status, text, Shown.sample, headers: headers, example, links: links)
  }

  /// An object in JSON, which is itself the example.
  static func json<Shown: AnswerObject>(
    _ status: Status, _ text: String, _ shown: Shown, headers: [Header] = [],
    _ example: String, links: [Link] = []
  ) -> Answer {
    var answer = json(status, text, Shown.schema, headers: headers, [:], links: links)
    answer.contents[0].examples = [Example(example, shown.json)]
    return answer
  }

  /// A page of a list, with one entry as its example.
  static func page<Entry: AnswerObject>(
    _ text: String, of entry: Entry.Type, named name: String
  ) -> Answer {
    .json(
      .ok, text, .page(of: entry, named: name),
      ["page": #"{"items": [\#(Entry.example)], "next": null}"#])
  }

  /// A page of a list whose entries can be counted.
  static func countedPage<Entry: AnswerObject>(
    _ text: String, of entry: Entry.Type, named name: String
  ) -> Answer {
    .json(
      .ok, text, .countedPage(of: entry, named: name),
      [
        "page": #"{"items": [\#(Entry.example)], "next": null}"#,
        "counted":
          #"{"items": [\#(Entry.example)], "next": null, "total": 1, "total_is": "exact"}"#,
      ])
  }

  /// A page of a list that can be searched, or its entries counted.
  static func searchedPage<Entry: AnswerObject>(
    _ text: String, of entry: Entry.Type, named name: String
  ) -> Answer {
    .json(
      .ok, text, .searchedPage(of: entry, named: name),
      [
        "page": #"{"items": [\#(Entry.example)], "next": null}"#,
        "counted":
          #"{"items": [\#(Entry.example)], "next": null, "total": 1, "total_is": "exact"}"#,
        "search": #"{"items": [\#(Entry.example)], "next": null, "narrow": false}"#,
      ])
  }
}

/// An operation that takes a value from an answer.
struct Link: Sendable {
  /// The name of the route.
  let operation: String
  /// The name of the value in that operation's path.
  let parameter: String
  /// The value's position in the answer: a JSON pointer.
  let pointer: String

  /// A link to each of several routes that take the same value.
  static func each(_ operations: [String], _ parameter: String, from pointer: String) -> [Link] {
    operations.map { Link(operation: $0, parameter: parameter, pointer: pointer) }
  }
}
