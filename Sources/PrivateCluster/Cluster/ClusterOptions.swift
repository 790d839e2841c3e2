/// What differs between a cluster that keeps orders and one that lives for a test.
package struct ClusterOptions: Sendable {
  /// Whether acknowledged data survives a power cut; false is for tests only.
  package var durable: Bool
  /// How many connections the server accepts; each costs it some 10 MB when used.
  package var connectionsMax: Int
  /// The server's own cache of pages, as `shared_buffers` has it.
  package var cache: String

  /// A cluster that keeps what it is given.
  package init(durable: Bool = true, connectionsMax: Int = 100, cache: String = "128MB") {
    self.durable = durable
    self.connectionsMax = connectionsMax
    self.cache = cache
  }

  /// The server's settings, given on its command line: there they also win over a file that an
  /// earlier version wrote.
  func arguments(socketFolder: String) -> [String] {
    var settings = [
      ("listen_addresses", ""),
      ("unix_socket_directories", ClusterConnection.quoted(socketFolder)),
      ("unix_socket_permissions", "0700"),
      ("port", "5432"),
      ("max_connections", String(connectionsMax)),
      ("shared_buffers", cache),
      // Any disk this runs on today reads at random nearly as fast as in order.
      ("random_page_cost", "1.1"),
      // Compiling a plan takes longer than the short statements of a service.
      ("jit", "off"),
      ("timezone", "UTC"),
      ("log_timezone", "UTC"),
      ("logging_collector", "off"),
      // The service logs refused statements itself; callers could fill the disk with this log.
      ("log_min_messages", "log"),
      ("log_checkpoints", "off"),
    ]
    if !durable {
      settings += [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")]
    }
    return settings.flatMap { ["-c", "\($0)=\($1)"] }
  }
}
