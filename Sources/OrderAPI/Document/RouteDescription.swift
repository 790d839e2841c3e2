import HTTP
import JSON

/// What callers are told of a route: the document is made of these, and no route is without one.
struct RouteDescription: Sendable {
  /// What programs call it; unique within its contract.
  let name: String
  /// What for, in one line.
  let summary: String
  /// What else there is to know, in Markdown.
  let text: String
  /// What the path, the query and the header say.
  let parameters: [Parameter]
  /// The names of those in the query; others are refused where the query is read at all.
  let queryNames: [String]
  let body: Body?
  let answers: [Answer]
  /// What it refuses for, beyond what every route of its kind does.
  let refusals: [ErrorCode]

  init(
    _ name: String, _ summary: String, _ text: String = "", parameters: [Parameter] = [],
    body: Body? = nil, answers: [Answer], refusals: [ErrorCode] = []
  ) {
    self.name = name
    self.summary = summary
    self.text = text
    self.parameters = parameters
    queryNames = parameters.filter { $0.place == .query }.map(\.name)
    self.body = body
    self.answers = answers
    self.refusals = refusals
  }
}

/// One value that a request may carry outside its body.
struct Parameter: Sendable {
  /// Where it stands.
  enum Place: String { case path, query, header }

  let place: Place
  let name: String
  let schema: Schema
  let text: String
  /// A value that can be tried on a service with the demo data.
  var example: JSONValue?
  /// A value of a path is always there.
  var isRequired: Bool { place == .path }

  static func path(
    _ name: String, _ schema: Schema, _ text: String, example: JSONValue
  ) -> Parameter {
    Parameter(place: .path, name: name, schema: schema, text: text, example: example)
  }

  static func query(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
    Parameter(place: .query, name: name, schema: schema, text: text)
  }

  static func header(_ name: String, _ schema: Schema, _ text: String) -> Parameter {
    Parameter(place: .header, name: name, schema: schema, text: text)
  }
}

/// What a request holds.
struct Body: Sendable {
  let schema: Schema
  let examples: [Example]

  init(_ schema: Schema, _ examples: KeyValuePairs<String, String>) {
    self.schema = schema
    self.examples = examples.map { Example($0.key, $0.value) }
  }
}

/// A body as it might come or go.
struct Example: Sendable {
  let name: String
  let value: JSONValue

  /// What it is called, and its text: JSON, or anything else as it stands.
  init(_ name: String, _ text: String) {
    self.name = name
    value = (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
  }
}

/// One way in which a route answers that it has done what was asked.
struct Answer: Sendable {
  /// What stands in it, in one of its forms.
  struct Content: Sendable {
    let type: ContentType
    let schema: Schema
    var examples: [Example] = []
  }

  /// What it says beside its content.
  enum Header: String, CaseIterable {
    case etag = "ETag"
    case location = "Location"
    case link = "Link"
    case retryAfter = "Retry-After"
    case replayed = "Idempotent-Replayed"
    case rateLimit = "RateLimit"
    case rateLimitPolicy = "RateLimit-Policy"
    case authenticate = "WWW-Authenticate"
    case acceptEncoding = "Accept-Encoding"
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
    var answer = json(status, text, Shown.schema, headers: headers, [:], links: links)
    answer.contents[0].examples = [Example(example, Shown.example)]
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
}

/// What can be asked next about what an answer holds.
struct Link: Sendable {
  /// The name of the route.
  let operation: String
  /// The value of its path that the answer has.
  let parameter: String
  /// Where in the answer: a JSON pointer.
  let pointer: String

  /// All routes that take the same value.
  static func each(_ operations: [String], _ parameter: String, from pointer: String) -> [Link] {
    operations.map { Link(operation: $0, parameter: parameter, pointer: pointer) }
  }
}
