public import Postgres

extension PostgresSettings {
  /// For tests that are not about patience: a busy machine may take its time.
  public static var patient: PostgresSettings {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(20)
    settings.waitTimeout = .seconds(20)
    settings.statementTimeout = .seconds(20)
    settings.lockTimeout = .seconds(20)
    return settings
  }
}
