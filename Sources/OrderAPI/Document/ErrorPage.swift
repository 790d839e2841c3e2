import HTTP

/// The page that explains each error code, made of the same table as the answers.
struct ErrorPage {
  private let mounts: [Mount]

  init(_ mounts: [Mount]) { self.mounts = mounts }

  var html: [UInt8] {
    let codes = ErrorCode.allCases.sorted { $0.rawValue < $1.rawValue }
    let list = codes.map { "<li><a href=\"#\($0)\"><code>\($0)</code></a></li>" }
    let body = """
      <main class="page">
      <h1>Errors</h1>
      <p>Every refusal has one of these codes. The own API sends it as <code>code</code>; the other
      contracts, each in a form of its own, mean the same. Where a contract has a status of its own
      for it, that is named too.</p>
      <ul class="index">\(list.joined(separator: "\n"))</ul>
      \(codes.map(section).joined(separator: "\n"))
      </main>
      """
    return Array(PageFrame.html(title: "Waybill errors", styles: ["pages.css"], body: body).utf8)
  }

  private func section(_ code: ErrorCode) -> String {
    """
    <section id="\(code)">
    <h2><code>\(code)</code> <span class="status">\(code.statuses.map(Self.words)
      .joined(separator: ", "))</span></h2>
    <p>\(code.entry.happened.escapedForHTML)</p>
    <p><b>What to do.</b> \(code.entry.cure.escapedForHTML)</p>\(exceptions(code))
    </section>
    """
  }

  /// The contracts that answer with another status.
  private func exceptions(_ code: ErrorCode) -> String {
    let others = mounts.compactMap { mount -> String? in
      let status = mount.contract.explain(code.entry.sample, .example(mount)).status
      guard !code.statuses.contains(status) else { return nil }
      return "\(Self.words(status)) in the \(mount.contract.name)"
    }
    return others.isEmpty ? "" : "\n<p class=\"exception\">\(others.joined(separator: ", ")).</p>"
  }

  private static func words(_ status: Status) -> String { "\(status.code) \(status.reasonPhrase)" }
}
