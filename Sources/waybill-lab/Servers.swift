import Glibc
import Postgres
import PrivateCluster

/// The built service, started for a benchmark.
final class Service {
  let port: UInt16
  private let process: ChildProcess
  var pid: pid_t { process.pid ?? 0 }

  /// Starts the service beside this program; its log goes to `log`.
  init(conninfo: String, log: Int32, variables: [String: String] = [:]) throws {
    port = try LocalSocket.freePort()
    var environment = [
      "DATABASE_URL": conninfo, "PORT": "\(port)", "PATH": "/usr/bin:/bin", "LOG_FORMAT": "json",
      "WAYBILL_AUTH": "open",
    ]
    environment.merge(variables) { $1 }
    process = try ChildProcess(
      [try Self.binary()], output: log, environment: environment)
  }

  /// Waits until the service is ready; returns how long that took.
  func waitUntilReady() throws -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    while start.duration(to: clock.now) < .seconds(30) {
      if let answer = LocalSocket(port: port)?.get("/readyz"), answer.hasPrefix("HTTP/1.1 200") {
        return start.duration(to: clock.now)
      }
      usleep(1_000)
    }
    throw LabError("the service is not ready after 30 seconds")
  }

  /// Stops the service; returns how long that took.
  func stop() throws -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    process.signal(SIGTERM)
    guard process.exitStatus(within: 30) == 0 else {
      process.signal(SIGKILL)
      throw LabError("the service did not stop well")
    }
    return start.duration(to: clock.now)
  }

  /// Migrates a database to the newest schema.
  static func migrate(_ conninfo: String) throws {
    let done = ChildProcess.output(
      of: [try binary(), "migrate"], seconds: 60, environment: ["DATABASE_URL": conninfo])
    guard done != nil else { throw LabError("the schema could not be made") }
  }

  /// Makes a token of a retailer.
  static func makeToken(_ conninfo: String) throws -> String {
    let output = ChildProcess.output(
      of: [try binary(), "token", "create", "--role", "retailer"], seconds: 60,
      environment: ["DATABASE_URL": conninfo])
    guard let token = output?.firstMatch(of: /wb_[0-9a-f]+/)?.0 else {
      throw LabError("no token could be made")
    }
    return String(token)
  }

  static func binary() throws -> String {
    guard let own = realpath("/proc/self/exe", nil) else { throw LabError("no /proc") }
    defer { free(own) }
    let path = String(cString: own).split(separator: "/").dropLast().joined(separator: "/")
    return "/\(path)/waybill"
  }
}

/// nginx with one worker and `return 200`, with answers of the same size as the service's: the cost
/// of a constant answer in a server that is known to be fast.
final class Nginx {
  let port: UInt16
  private let process: ChildProcess

  init(folder: String, log: Int32) throws {
    port = try LocalSocket.freePort()
    let configuration = """
      worker_processes 1;
      daemon off;
      pid \(folder)/nginx.pid;
      error_log \(folder)/nginx-error.log;
      events { worker_connections 4096; }
      http {
        access_log off;
        keepalive_requests 1000000000;
        client_body_temp_path \(folder);
        proxy_temp_path \(folder);
        fastcgi_temp_path \(folder);
        uwsgi_temp_path \(folder);
        scgi_temp_path \(folder);
        server {
          listen 127.0.0.1:\(port);
          location / { default_type text/plain; return 200 "ok\\n"; }
        }
      }
      """
    try writeText(configuration, to: folder + "/nginx.conf")
    process = try ChildProcess(
      ["/usr/sbin/nginx", "-p", folder, "-c", folder + "/nginx.conf"], output: log)
    for _ in 0..<2_000 where LocalSocket(port: port)?.get("/") == nil { usleep(2_000) }
  }

  var pid: pid_t { process.pid ?? 0 }

  func stop() {
    process.signal(SIGTERM)
    _ = process.exitStatus(within: 10)
  }
}

func writeText(_ text: String, to path: String) throws {
  guard let file = fopen(path, "we") else { throw LabError("cannot write \(path)") }
  defer { fclose(file) }
  let bytes = Array(text.utf8)
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
    throw LabError("cannot write \(path)")
  }
}

func readText(_ path: String) throws -> String {
  guard let file = fopen(path, "re") else { throw LabError("cannot read \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}
