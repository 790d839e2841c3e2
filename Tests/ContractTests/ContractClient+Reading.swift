import JSON
import Postgres
import Testing

extension ContractClient {
  /// The entries of all pages from this one on.
  func entries(from first: String) async throws -> [JSONValue] {
    var next: String? = first
    var found: [JSONValue] = []
    while let path = next {
      let answer = try await get(path)
      try #require(answer.status == 200, "\(path): \(answer.body)")
      found += try #require(try answer.json["items"]?.items)
      next = try answer.json["next"]?.text
    }
    return found
  }

  /// Brings the report up to date.
  func refresh() async throws {
    let rows = try await database.write("SELECT outcome FROM refresh_report(interval '0')")
    try #require(try ["refreshed", "unchanged"].contains(rows[0].text(0)))
  }

  func run(unsafe text: String) async throws {
    _ = try await owner.write(SQL(unsafeText: text))
  }
}

extension ContractAnswer {
  /// The body with every time replaced, as no two runs have the same.
  var timeless: String {
    body.replacing(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ"/, with: #""T""#)
  }

  /// What was wrong, each as `field:message`.
  var violations: [String] {
    get throws {
      try (json["errors"]?.items ?? []).map {
        "\($0["field"]?.text ?? "?"):\($0["message"]?.text ?? "?")"
      }
    }
  }
}
