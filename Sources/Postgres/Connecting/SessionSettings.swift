/// The server's settings on our connections.
///
/// A statement makes them after the connection is established. Options that are sent while
/// connecting do not always reach the server: poolers refuse or drop them.
struct SessionSettings: Sendable {
  struct Entry: Equatable, Sendable {
    let name: String
    let value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How long the settings last.
  enum Scope: Sendable {
    case session
    /// For one transaction: the next one may run on another connection of the server.
    case transaction
  }

  /// Settings that every connection needs and that cannot be overridden: they determine the format
  /// of values. UTC, so that parsing a time needs no calendar.
  static let needed = [
    Entry("timezone", "UTC"),
    Entry("datestyle", "ISO"),
    Entry("client_encoding", "UTF8"),
    Entry("standard_conforming_strings", "on"),
    Entry("bytea_output", "hex"),
    // These determine the text of the definitions by which the schema is compared.
    Entry("intervalstyle", "postgres"),
    Entry("quote_all_identifiers", "off"),
    // The schema of the names in statements.
    Entry("search_path", "\(PostgresSettings.schema), pg_temp"),
  ]

  let entries: [Entry]
  let scope: Scope

  /// The needed settings after the `preferred` ones, whose values the connection string can
  /// override.
  init(preferred: [Entry], for target: ConnectionString, scope: Scope) {
    let chosen = target.serverSettings
    entries = preferred.map { Entry($0.name, chosen[$0.name] ?? $0.value) } + Self.needed
    self.scope = scope
  }

  /// Makes all settings. Returns the name and the new value of each, and the number of the server
  /// process.
  var statement: SQL {
    SQL(
      unsafeText: """
        SELECT name, pg_catalog.set_config(name, value, \(scope == .transaction)),
               pg_catalog.pg_backend_pid()
          FROM (VALUES \(list)) AS setting (name, value)
        """)
  }

  /// The statement at the start of each transaction; nil when the settings last for the session.
  var atTransactionStart: SQL? {
    guard scope == .transaction else { return nil }
    return SQL(
      unsafeText: """
        SELECT pg_catalog.count(pg_catalog.set_config(name, value, true))
          FROM (VALUES \(list)) AS setting (name, value)
        """)
  }

  private var list: String {
    entries.map { "(\(Self.quoted($0.name)), \(Self.quoted($0.value)))" }.joined(separator: ", ")
  }

  /// A literal that does not depend on `standard_conforming_strings`.
  private static func quoted(_ text: String) -> String {
    "E'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
  }

  /// Checks the answer to `statement`: throws when a needed value was not set. Returns the number
  /// of the server process.
  static func check(_ answer: Rows) throws(PostgresError) -> Int {
    var process = 0
    for row in answer {
      let (name, value) = (try row.text(0), try row.text(1))
      process = try row.int(2)
      // The server extends some values: `ISO, MDY`.
      if let entry = needed.first(where: { $0.name == name }), !value.hasPrefix(entry.value) {
        throw .refused(.settings, reason: "\(name) is \(value) and not \(entry.value)")
      }
    }
    return process
  }
}

extension ConnectionString {
  /// The settings in the string's `options`, by name.
  var serverSettings: [String: String] {
    var settings: [String: String] = [:]
    var words = optionWords[...]
    while let word = words.popFirst() {
      // -c name=value, -cname=value, --name=value
      let assignment =
        word == "-c" ? words.popFirst() ?? "" : String(word.trimmingPrefix(/-c|--/))
      guard let equals = assignment.firstIndex(of: "="), assignment != word else { continue }
      let name = assignment[..<equals].lowercased().map { $0 == "-" ? "_" : $0 }
      settings[String(name)] = String(assignment[assignment.index(after: equals)...])
    }
    return settings
  }

  /// The words of `options`; a backslash escapes the next character.
  private var optionWords: [String] {
    var words: [String] = []
    var word: String?
    var isEscaped = false
    for character in givenOptions {
      if isEscaped || (character != "\\" && !character.isWhitespace) {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if let finished = word.take() {
        words.append(finished)
      }
    }
    return words + [word].compactMap { $0 }
  }
}
