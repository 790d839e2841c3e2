extension SQL {
  /// Which database of which cluster the server has: the same on a primary and its standbys.
  package static let databaseIdentity: SQL = """
    concat_ws(' ', (SELECT system_identifier FROM pg_control_system()),
              (SELECT oid FROM pg_database WHERE datname = current_database()))
    """

  /// Whether commits wait for a standby. A standby that names others makes none.
  package static let commitsWaitForStandby: SQL = """
    (pg_catalog.current_setting('synchronous_standby_names') <> ''
     AND NOT pg_catalog.pg_is_in_recovery())
    """

  /// Changes nothing, and has the commit wait for the synchronous standby as that of a write does.
  package static let waitForStandby: SQL = "pg_catalog.pg_logical_emit_message(true, 'waybill', '')"
}
