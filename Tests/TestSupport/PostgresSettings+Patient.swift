public import Postgres

extension PostgresSettings {
  /// For tests about what happens and not about when: a busy machine connects and answers late.
  public static var patient: PostgresSettings {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(30)
    settings.waitTimeout = .seconds(30)
    settings.statementTimeout = .seconds(30)
    settings.lockTimeout = .seconds(30)
    return settings
  }
}
