import Postgres

extension SQL {
  /// A `FROM` clause by which triggers of the statement name this author in the history.
  static func actor(_ actor: String) -> SQL {
    "FROM (SELECT set_config('waybill.who', \(actor), true)) AS actor"
  }
}
