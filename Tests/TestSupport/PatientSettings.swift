package import Postgres

extension PostgresSettings {
  /// Deadlines so long that tests of other things never reach them, even on a busy machine.
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

  /// Gives up on an answer after half a second, while the server still works on the statement.
  package static var hasty: PostgresSettings {
    var settings = PostgresSettings()
    settings.answerMargin = .milliseconds(500) - settings.statementTimeout
    return settings
  }
}
