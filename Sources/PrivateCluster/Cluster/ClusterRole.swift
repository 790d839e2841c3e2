/// The database roles of a private cluster. Only the first one is a superuser, and it is used only
/// to make the others and their databases.
package enum ClusterRole: String, CaseIterable, Sendable {
  case superuser = "postgres"
  /// Owns the databases and the schema, and migrates it.
  case owner = "waybill"
  /// What the service runs as.
  case service = "waybill_service"
  /// For people in psql and for dashboards.
  case reader = "waybill_reader"
}
