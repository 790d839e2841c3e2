package import Postgres

extension PostgresSettings {
  /// Deadlines that a test which is not about them never meets, however busy the machine is.
  package static var patient: PostgresSettings {
    var settings = PostgresSettings()
    settings.connectTimeout = .seconds(60)
    settings.waitTimeout = .seconds(60)
    settings.statementTimeout = .seconds(60)
    settings.lockTimeout = .seconds(50)
    settings.idleInTransactionTimeout = .seconds(60)
    settings.answerMargin = .seconds(30)
    return settings
  }
}
