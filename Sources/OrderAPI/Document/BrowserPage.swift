/// The page that shows the OpenAPI document with Swagger UI, where people can try the calls.
enum BrowserPage {
  /// The page. Without the files of Swagger UI it says that they are missing, and where to look
  /// instead.
  static func html(isComplete: Bool) -> [UInt8] {
    let body =
      isComplete
      ? """
      <div id="swagger-ui"></div>
      <noscript><p class="notice">This page needs scripts. The document itself is at
      <a href="/openapi.json">/openapi.json</a>.</p></noscript>
      <script src="/docs/swagger-ui.js"></script>
      <script src="/docs/start.js"></script>
      """
      : """
      <main class="page"><h1>The interface is missing</h1>
      <p>This page shows the calls with Swagger UI, whose files were not found beside the program:
      <code>share/waybill/swagger-ui</code>, or <code>docs/swagger-ui</code> in the source.</p>
      <p>The document itself is at <a href="/openapi.json">/openapi.json</a>; any viewer of
      OpenAPI 3.1 shows it. What each refusal means is at
      <a href="/docs/errors">/docs/errors</a>.</p></main>
      """
    let styles = isComplete ? ["swagger-ui.css", "pages.css"] : ["pages.css"]
    return Array(PageFrame.html(title: "Waybill API", styles: styles, body: body).utf8)
  }

  /// The script that starts Swagger UI. It is a file, as the page's policy allows no inline script.
  static let script = Array(
    """
    "use strict";

    // This class turns on the dark colours of Swagger UI's style sheet.
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
    dark.addEventListener("change", follow);
    follow();

    // Swagger UI's own filter looks only at the names of tags.
    const searchCalls = (tags, phrase) => {
      const wanted = phrase.toLowerCase();
      const holds = (...texts) => texts.join(" ").toLowerCase().includes(wanted);
      return tags
        .map((tag, name) => holds(name) ? tag : tag.update("operations", calls =>
          calls.filter(call => holds(
            call.get("method"), call.get("path"), call.getIn(["operation", "operationId"]),
            call.getIn(["operation", "summary"]), call.getIn(["operation", "description"])))))
        .filter(tag => tag.get("operations").size > 0);
    };

    SwaggerUIBundle({
      url: "/openapi.json",
      dom_id: "#swagger-ui",
      deepLinking: true,
      displayRequestDuration: true,
      filter: true,
      plugins: [() => ({ fn: { opsFilter: searchCalls } })],
      persistAuthorization: false,
      docExpansion: "list",
      defaultModelsExpandDepth: 0,
      syntaxHighlight: { theme: "agate" },
      validatorUrl: null,
      onComplete: () => {
        document.querySelector(".operation-filter-input").placeholder = "Find calls by a word";
      },
    });

    """.utf8)
}

/// The frame of all pages: head, style sheets and navigation.
enum PageFrame {
  static func html(title: String, styles: [String], body: String) -> String {
    let links = styles.map { "<link rel=\"stylesheet\" href=\"/docs/\($0)\">" }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      \(links.joined(separator: "\n"))
      </head>
      <body>
      <header><a class="name" href="/docs">Waybill</a>
      <nav><a href="/docs">Calls</a> <a href="/docs/errors">Errors</a>
      <a href="/openapi.json">openapi.json</a></nav></header>
      \(body)
      </body>
      </html>

      """
  }
}
