import OrderStore
import Orders

extension KeptCurrency {
  /// How it differs from the setting, and what to do; nil when it does not.
  func problem(wanted: Currency?) -> String? {
    guard let code, code != wanted?.code else { return nil }
    let name = Settings.currency.name
    guard let wanted else {
      return "\(name) is not set, and the amounts in the database are in \(code): "
        + "set \(name)=\(code), as for its other instances"
    }
    return "\(name)=\(wanted.code), and the amounts in the database are in \(code): set "
      + "\(name)=\(code); if they were \(wanted.code) from the beginning, run UPDATE "
      + "waybill.installation SET currency = '\(wanted.code)' as the owner"
  }

  /// Refuses another currency than this one.
  func refuseOther(_ wanted: Currency?) throws(ConfigurationError) {
    if let problem = problem(wanted: wanted) { throw ConfigurationError(problem) }
  }
}
