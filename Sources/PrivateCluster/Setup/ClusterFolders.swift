import Glibc
import Postgres

/// Where the parts of a private cluster are.
struct ClusterFolders {
  /// A Unix socket's path may have 107 bytes; the server adds "/.s.PGSQL.5432" to the folder's.
  static let socketFolderBytesMax = 107 - "/.s.PGSQL.5432".utf8.count

  let home: String
  let socket: String
  var data: String { home + "/data" }
  /// Where the data folder is made. It gets the name `data` when it is complete.
  var unfinishedData: String { home + "/data.unfinished" }
  var log: String { home + "/postgres.log" }
  var lock: String { home + "/lock" }
  var postmasterFile: String { data + "/postmaster.pid" }

  /// Resolves the home, which must exist.
  init(home: String) throws(ClusterError) {
    guard let home = ClusterFiles.real(home) else {
      throw .system("find the folder \(home)", code: errno)
    }
    self.home = home
    let near = home + "/socket"
    // libpq takes a comma in `host` as the end of one host.
    let fits = near.utf8.count <= Self.socketFolderBytesMax && !near.contains(",")
    socket = fits ? near : "/tmp/waybill-" + Self.fingerprint(home)
  }

  /// The major version that wrote the data; nil when there is none yet.
  func dataVersion() throws(ClusterError) -> Int? {
    if let text = LocalFile.read(data + "/PG_VERSION") {
      return Int(text.prefix { $0.isNumber })
    }
    if ClusterFiles.names(in: data).isEmpty { return nil }
    throw ClusterError(
      cause: "\(data) is not a PostgreSQL data folder, but not empty either",
      cure: "move it away, or choose another folder with WAYBILL_HOME")
  }

  /// FNV-1a: short, and the same for the same home in every run.
  private static func fingerprint(_ text: String) -> String {
    let hash = text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    return String(hash, radix: 36)
  }
}
