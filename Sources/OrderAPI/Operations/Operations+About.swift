import HTTP
import JSON

extension Operations {
  /// What the document says about each route.
  enum About {
    static let liveness = RouteDescription(
      "getLiveness", "Whether the process answers", answers: [text("It does", .text)])

    static let readiness = RouteDescription(
      "getReadiness", "Whether the service can do its work",
      answers: [
        .json(
          .ok, "It can", state,
          [
            "ready": #"""
            {"status": "ready", "checks": {"reads": "ok", "writes": "ok", "schema": "ok",
             "service": "ok"}}
            """#
          ]),
        .json(
          .serviceUnavailable, "It cannot, and why; or the service is busy",
          .either([state, WaybillContract.refusal]), headers: [.retryAfter],
          [
            "the database is away": #"""
            {"status": "not ready", "checks": {"reads": "cannot be reached",
             "writes": "cannot be reached", "schema": "unknown", "service": "ok"}}
            """#
          ]),
      ])

    static let metrics = RouteDescription(
      "getMetrics", "Figures in Prometheus' text format",
      answers: [text("The figures of this instance", .metrics)])

    static let start = RouteDescription(
      "getStart", "Leads to the console",
      answers: [Answer(status: .seeOther, text: "It is at `Location`", headers: [.location])])

    static let browserSlash = RouteDescription(
      "getDocumentationSlash", "Leads to the documentation", answers: [leading])

    static let icon = RouteDescription(
      "getIcon", "The icon of the pages", parameters: [.ifNoneMatch],
      answers: [text("A drawing", .svg, headers: [.etag])])

    private static let leading = Answer(
      status: .temporaryRedirect, text: "It is at `Location`", headers: [.location])

    static let openAPI = RouteDescription(
      "getOpenAPI", "This document", parameters: [.ifNoneMatch],
      answers: [.json(.ok, "OpenAPI 3.1", document, headers: [.etag])])

    static let browser = RouteDescription(
      "getDocumentation", "This document for people, who can try the calls",
      parameters: [.ifNoneMatch], answers: [page])

    static let errors = RouteDescription(
      "getErrorDocumentation", "What each refusal means, and what to do",
      parameters: [.ifNoneMatch],
      answers: [page])

    static let file = RouteDescription(
      "getDocumentationFile", "A style sheet or a script of these pages",
      parameters: [
        .path("file", .string(), "Its name.", example: "pages.css"), .ifNoneMatch,
      ],
      answers: [
        Answer(
          status: .ok, text: "The file", headers: [.etag],
          contents: [.css, .javaScript].map { .init(type: $0, schema: .string()) })
      ],
      refusals: [.notFound])

    private static let page = text("A page", .html, headers: [.etag])

    private static let document = Schema.object([:], isOpen: true)
      .about("An OpenAPI document.").named("Document")

    /// What `/readyz` and the console show of the checks.
    static let checks = Schema.object([:], isOpen: true)
      .example(["reads": "ok", "writes": "ok", "schema": "ok", "service": "ok"])
      .about("What was looked at, and `ok` or what is wrong with it.")
      .named("ReadinessChecks").about("What was looked at, and what is wrong with it.")

    private static let state = Schema.object(
      [
        "status": Schema.words(["ready", "not ready"])
          .about("Ready, or not.").named("ReadinessStatus")
          .about("Whether requests should be sent here."),
        "checks": checks,
      ], isOpen: true
    ).about("Whether the service can do its work.").named("Readiness")

    private static func text(
      _ text: String, _ type: ContentType, headers: [Answer.Header] = []
    ) -> Answer {
      Answer(
        status: .ok, text: text, headers: headers,
        contents: [.init(type: type, schema: .string())])
    }
  }
}
