/// One variable of the environment: its name, its default, and how its text is read.
struct Setting<Value: Sendable>: AnySetting {
  let name: String
  let meaning: String
  let isSecret: Bool
  let format: SettingFormat<Value>
  let standard: Default

  /// What holds when the variable is not set.
  struct Default: Sendable {
    let text: String
    let value: @Sendable (DefaultContext) -> Value

    /// A value that depends on the machine, or on other settings.
    static func computed(
      _ text: String, _ value: @escaping @Sendable (DefaultContext) -> Value
    ) -> Default { Default(text: text, value: value) }
  }

  var defaultText: String { standard.text }

  init(
    _ name: String, _ format: SettingFormat<Value>, default standard: Default, _ meaning: String
  ) {
    self.init(name, format, standard, meaning, isSecret: false)
  }

  init(_ name: String, _ format: SettingFormat<Value>, default value: Value, _ meaning: String) {
    self.init(name, format, .computed(format.text(value)) { _ in value }, meaning, isSecret: false)
  }

  /// A setting without which there is no value; `text` says what happens then.
  init<Wrapped>(
    _ name: String, _ format: SettingFormat<Wrapped>, without text: String = "none",
    _ meaning: String,
    isSecret: Bool = false
  ) where Value == Wrapped? {
    self.init(name, format.optional, .computed(text) { _ in nil }, meaning, isSecret: isSecret)
  }

  private init(
    _ name: String, _ format: SettingFormat<Value>, _ standard: Default, _ meaning: String,
    isSecret: Bool
  ) {
    self.name = name
    self.format = format
    self.standard = standard
    self.meaning = meaning
    self.isSecret = isSecret
  }
}

/// What there is to read about a setting, whatever the type of its value.
protocol AnySetting: Sendable {
  var name: String { get }
  var defaultText: String { get }
  var meaning: String { get }
  /// Whether `NAME_FILE` may name a file that holds the value.
  var isSecret: Bool { get }
}

extension AnySetting {
  var fileName: String { name + "_FILE" }
}

/// What defaults depend on.
struct DefaultContext: Sendable {
  let cores: Int
  let onTerminal: Bool
  /// Known once the database's settings have been read.
  var isEmbedded = true
  /// Known once the setting has been read.
  var loops = 1
}

/// Why the settings do not allow a start: one line that says cause and cure.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
