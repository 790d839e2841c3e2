import JSON

/// Reads settings one by one; every error says cause and cure.
struct SettingReader {
  private let environment: Environment
  var defaultContext: DefaultContext

  /// Refuses variables that look like settings but are not, and settings that are not text.
  init(_ environment: Environment, _ defaultContext: DefaultContext) throws(ConfigurationError) {
    self.environment = environment
    self.defaultContext = defaultContext
    let known = Settings.all.flatMap { [$0.name] + ($0.isSecret ? [$0.fileName] : []) }
    try refuseUnknownNames(known)
    // Such a value must not count as absent: whoever set it did not mean the default.
    if let name = environment.illegibleNames.intersection(known).min() {
      throw ConfigurationError("\(name) has a value that is not UTF-8: set it again as plain text")
    }
  }

  /// The value that is set, or the default.
  func read<Value>(_ setting: Setting<Value>) throws(ConfigurationError) -> Value {
    guard let text = try text(setting) else { return setting.standard.value(defaultContext) }
    return try setting.format.read(setting.name, text)
  }

  /// Whether somebody has set it.
  func isSet(_ setting: any AnySetting) throws(ConfigurationError) -> Bool {
    try text(setting) != nil
  }

  private func text(_ setting: any AnySetting) throws(ConfigurationError) -> String? {
    if let value = environment.values[setting.name], !value.isEmpty { return value }
    guard setting.isSecret, let path = environment.values[setting.fileName] else { return nil }
    guard let content = readFile(path) else {
      throw ConfigurationError(
        "\(setting.fileName) names \(path), which cannot be read: check the path and its mode")
    }
    let lines = content.split(whereSeparator: \.isNewline)
    guard lines.count == 1 else {
      throw ConfigurationError("\(setting.fileName) names \(path), which must hold one line")
    }
    return String(lines[0])
  }

  private func refuseUnknownNames(_ known: [String]) throws(ConfigurationError) {
    let unknown = environment.illegibleNames.union(environment.values.keys).filter {
      $0.hasPrefix("WAYBILL_") && !known.contains($0)
    }
    guard let name = unknown.min() else { return }
    let cure =
      Similarity.nearest(to: name, of: known).map { "did you mean \($0)?" }
      ?? "`waybill settings` lists them"
    throw ConfigurationError("\(name) is not a setting: \(cure)")
  }
}
