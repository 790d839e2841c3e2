/// The server's settings on our connections.
///
/// They are set by a statement, once a connection stands. What a client asks for while it connects
/// does not always reach the server: poolers refuse such options or leave them out.
struct SessionSettings: Sendable {
  /// One of the server's settings and the value it needs.
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
    /// As long as the connection.
    case session
    /// For one transaction: the next one may be on another of the server's connections.
    case transaction
  }

  /// What every connection needs, whatever it is for, and nobody else decides: the form of the
  /// values that are read and written. UTC, so that reading a time needs no calendar.
  static let needed = [
    Entry("timezone", "UTC"),
    Entry("datestyle", "ISO"),
    Entry("client_encoding", "UTF8"),
    Entry("standard_conforming_strings", "on"),
    Entry("bytea_output", "hex"),
    // In these forms the server writes out the definitions by which the schema is compared.
    Entry("intervalstyle", "postgres"),
    Entry("quote_all_identifiers", "off"),
    // Where the names in statements are found.
    Entry("search_path", "\(PostgresSettings.schema), pg_temp"),
  ]

  let entries: [Entry]
  let scope: Scope

  /// The needed settings, and before them `preferred`: of these the connection string may choose
  /// other values.
  init(preferred: [Entry], for target: ConnectionString, scope: Scope) {
    let chosen = target.serverSettings
    entries = preferred.map { Entry($0.name, chosen[$0.name] ?? $0.value) } + Self.needed
    self.scope = scope
  }

  /// Sets them all, for as long as they last. It answers each setting's name and value as it holds
  /// now, and the number of the server's process.
  var statement: SQL {
    SQL(
      unsafeText: """
        SELECT name, pg_catalog.set_config(name, value, \(scope == .transaction)),
               pg_catalog.pg_backend_pid()
          FROM (VALUES \(list)) AS setting (name, value)
        """)
  }

  /// What goes before the first statement of each transaction; nil when they last longer.
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

  /// Text as a literal that means the same whatever `standard_conforming_strings` is.
  private static func quoted(_ text: String) -> String {
    "E'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "'"
  }

  /// What the server answered, and the number of its process; refuses a value that is needed and
  /// does not hold.
  static func check(_ answer: Rows) throws(PostgresError) -> Int {
    var process = 0
    for row in answer {
      let (name, value) = (try row.text(0), try row.text(1))
      process = try row.int(2)
      // The server adds to some of them: `ISO, MDY`.
      if let entry = needed.first(where: { $0.name == name }), !value.hasPrefix(entry.value) {
        throw .refused(.settings, reason: "\(name) is \(value) and not \(entry.value)")
      }
    }
    return process
  }
}

extension ConnectionString {
  /// The server's settings that the string's own `options` choose, by their names.
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

  /// The words of `options`: a backslash takes the next character as it is.
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
