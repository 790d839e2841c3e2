import OrderAPI

/// The files of Swagger UI as they came with this program.
enum DocumentFiles {
  /// The interface, or nil when one of its files cannot be read: it is a comfort, and the service
  /// does without.
  static func browser() -> Documents.Browser? {
    let folder = ProgramFiles.folder("swagger-ui", inSource: "docs/swagger-ui")
    guard let script = readBytes("\(folder)/swagger-ui-bundle.js.gz"),
      let style = readBytes("\(folder)/swagger-ui.css.gz")
    else { return nil }
    return Documents.Browser(script: script, style: style)
  }
}
