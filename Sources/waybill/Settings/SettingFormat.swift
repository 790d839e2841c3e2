import EventLoop
import HTTPClient
import OrderStore
import Orders

/// How the text of a setting is read, and how a value is written.
struct SettingFormat<Value: Sendable>: Sendable {
  /// The value of a text. The error names the setting.
  let read: @Sendable (_ name: String, _ text: String) throws(ConfigurationError) -> Value
  let text: @Sendable (Value) -> String

  init(
    read: @escaping @Sendable (String, String) throws(ConfigurationError) -> Value,
    text: @escaping @Sendable (Value) -> String = { "\($0)" }
  ) {
    self.read = read
    self.text = text
  }

  /// The same format for a value that may be absent.
  var optional: SettingFormat<Value?> {
    SettingFormat<Value?>(
      read: { name, text throws(ConfigurationError) in try read(name, text) },
      text: { $0.map(text) ?? "" })
  }
}

extension SettingFormat where Value == String {
  static var text: SettingFormat { SettingFormat(read: { _, text in text }) }

  /// The path of a Unix socket.
  static var socketPath: SettingFormat {
    SettingFormat(read: { name, text throws(ConfigurationError) in
      guard text.utf8.count <= LocalSocket.pathBytesMax else {
        throw ConfigurationError(
          "\(name) is longer than \(LocalSocket.pathBytesMax) bytes: sockets need a shorter path")
      }
      return text
    })
  }
}

extension SettingFormat where Value: FixedWidthInteger {
  static func number(_ range: ClosedRange<Value>) -> SettingFormat {
    SettingFormat(read: { name, text throws(ConfigurationError) in
      guard let number = Value(text), range.contains(number) else {
        throw ConfigurationError(
          "\(name)=\(text) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
      }
      return number
    })
  }
}

extension SettingFormat where Value: Equatable {
  /// One of these words.
  static func word(_ words: KeyValuePairs<String, Value>) -> SettingFormat {
    let words = words.map { $0 }
    return SettingFormat(
      read: { name, text throws(ConfigurationError) in
        guard let word = words.first(where: { $0.key == text }) else {
          let allowed = words.map(\.key).sorted().joined(separator: ", ")
          throw ConfigurationError("\(name)=\(text) must be one of: \(allowed)")
        }
        return word.value
      }, text: { value in words.first { $0.value == value }?.key ?? "" })
  }
}

extension SettingFormat where Value: CaseIterable & Equatable {
  /// The name of a case.
  static var word: SettingFormat {
    SettingFormat(read: { name, text throws(ConfigurationError) in
      guard let value = Value.allCases.first(where: { "\($0)" == text }) else {
        let allowed = Value.allCases.map { "\($0)" }.sorted().joined(separator: ", ")
        throw ConfigurationError("\(name)=\(text) must be one of: \(allowed)")
      }
      return value
    })
  }
}

extension SettingFormat where Value == BaseURL {
  static var url: SettingFormat {
    SettingFormat(
      read: { name, text throws(ConfigurationError) in
        guard let url = BaseURL(text) else {
          // The text is not repeated: it may hold a password.
          throw ConfigurationError(
            "\(name) is no address: give it as http://host:port, without https, query or password")
        }
        return url
      }, text: \.text)
  }
}

extension SettingFormat where Value == [String] {
  /// Hosts without a port, separated by commas.
  static var hosts: SettingFormat {
    SettingFormat(
      read: { name, text throws(ConfigurationError) in
        let hosts = text.split(separator: ",", omittingEmptySubsequences: false)
          .map { $0.filter { $0 != " " } }
        for host in hosts {
          let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
          let isName = host.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0))
          }
          guard !host.isEmpty, isAddress || isName else {
            throw ConfigurationError(
              "\(name) has \(host): give names and addresses as they stand in a URL, without port, "
                + "separated by commas")
          }
        }
        return hosts
      }, text: { $0.joined(separator: ", ") })
  }
}

extension SettingFormat where Value == Currency {
  /// The code of a currency.
  static var currency: SettingFormat {
    SettingFormat(
      read: { name, text throws(ConfigurationError) in
        do throws(Currency.Refusal) {
          return try Currency(code: text)
        } catch {
          switch error {
          case .unknown:
            throw ConfigurationError(
              "\(name)=\(text) is no currency of ISO 4217: give its three capitals, as in EUR")
          case .finerThanAmounts(let digits):
            throw ConfigurationError(
              "\(name)=\(text) has \(digits) digits behind the point, and amounts have two here: "
                + "leave it unset")
          }
        }
      }, text: \.code)
  }
}

extension SettingFormat where Value == BootstrapToken {
  static var bootstrapToken: SettingFormat {
    SettingFormat(
      read: { name, text throws(ConfigurationError) in
        guard let token = BootstrapToken(text) else {
          // The text is not repeated: it is meant to be a secret.
          throw ConfigurationError(
            "\(name) is no token: give it wb_ and 64 digits, as in echo wb_$(openssl rand -hex 32)")
        }
        return token
      }, text: { _ in "" })
  }
}
