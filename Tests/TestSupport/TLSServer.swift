import Glibc
import PrivateCluster
import Synchronization

/// A PostgreSQL server with TLS, its certificates and those of its clients, and their authorities.
///
/// Its users are named after their authentication: `by_password`, `by_md5`, `by_certificate` and
/// `by_both`; only `anyhow` may connect without TLS. The password is always `secret`.
package final class TLSServer: Sendable {
  /// The host of the server's certificates; the name cannot be resolved.
  package static let host = "db.example.org"

  /// Shared by a suite whose tests run one after the other.
  package static let shared: Result<TLSServer, any Error> = Result {
    atexit { (try? TLSServer.shared.get())?.discard() }
    return try TLSServer()
  }

  private static let rules = [
    "hostssl all by_password 127.0.0.1/32 scram-sha-256",
    "hostssl all by_md5 127.0.0.1/32 md5",
    "hostssl all by_certificate 127.0.0.1/32 cert",
    "hostssl all by_both 127.0.0.1/32 scram-sha-256 clientcert=verify-full",
    "host all anyhow 127.0.0.1/32 scram-sha-256",
  ]

  private let server: TestServer
  private let folder: String
  /// The certificate that the server uses now.
  private let shown = Mutex("")

  /// The port on 127.0.0.1.
  package var port: UInt16 { server.port }

  /// Creates everything; the server uses the certificate `good`.
  package init() throws {
    folder = TestCluster.makeHome()
    server = try TestServer(programs: Self.programs())
    guard
      ChildProcess.output(of: ["/bin/sh", "-euc", Self.script, folder], seconds: 60) != nil
    else { throw Failure(text: "openssl makes no certificates") }
    try show("good")
    for user in ["by_password", "by_certificate", "by_both", "anyhow"] {
      try server.sql("CREATE ROLE \(user) LOGIN PASSWORD 'secret'")
    }
    try server.sql(
      "SET password_encryption = md5; CREATE ROLE by_md5 LOGIN PASSWORD 'secret'")
  }

  deinit { discard() }

  /// Makes the server use another certificate: `good`, `expired` or `revoked`.
  package func show(_ name: String) throws {
    guard shown.withLock({ $0 != name }) else { return }
    shown.withLock { $0 = name }
    server.stop()
    for (file, source) in [
      ("server.crt", "\(name).crt"), ("server.key", "\(name).key"), ("ca.crt", "ca.crt"),
      ("ca.crl", "ca.crl"),
    ] {
      try server.write(try lines(of: source), to: file)
    }
    try server.start(
      settings: [
        "ssl": "on", "ssl_cert_file": "\(server.home)/server.crt",
        "ssl_key_file": "\(server.home)/server.key", "ssl_ca_file": "\(server.home)/ca.crt",
        "ssl_crl_file": "\(server.home)/ca.crl",
      ], rules: Self.rules)
  }

  /// The path of a PEM file: `ca.crt`, `ca.crl`, `other.crt` of an unknown authority, and
  /// `NAME.crt` and `NAME.key` of the clients `by_certificate`, `by_both`, `late`, `bad` and
  /// `foreign`.
  package func file(_ name: String) -> String { "\(folder)/\(name)" }

  /// A connection string with sslmode=verify-full, and `changes` by libpq's keywords.
  package func connectionString(_ user: String, _ changes: [String: String] = [:]) -> String {
    let usual = [
      "host": Self.host, "hostaddr": "127.0.0.1", "port": "\(port)", "user": user,
      "dbname": "postgres", "sslmode": "verify-full", "sslrootcert": file("ca.crt"),
      "password": "secret",
    ]
    return usual.merging(changes) { $1 }.filter { !$0.value.isEmpty }
      .map { "\($0)='\($1)'" }.sorted().joined(separator: " ")
  }

  /// Writes a file into the folder of the certificates, with a mode such as `600`; returns its
  /// path.
  package func write(_ text: String, to name: String, mode: UInt32) throws -> String {
    let path = file(name)
    let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    guard Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count,
      fchmod(descriptor, mode) == 0
    else { throw Failure(text: "cannot write \(path)") }
    return path
  }

  package func lines(of name: String) throws -> [String] {
    guard let text = ChildProcess.output(of: ["/bin/cat", file(name)], seconds: 10) else {
      throw Failure(text: "cannot read \(file(name))")
    }
    return text.split(separator: "\n").map(String.init)
  }

  private func discard() {
    server.stop()
    for path in [folder, server.home] {
      _ = ChildProcess.output(of: ["/bin/rm", "-rf", "--", path], seconds: 60)
    }
  }

  /// The programs of the server of all tests if it was built with OpenSSL, else of the first
  /// packaged server that was.
  private static func programs() throws -> String {
    let usual = try ServerBinaries.path(of: "postgres")
    let script = """
      for postgres in "$0" /usr/lib/postgresql/*/bin/postgres; do
        "$postgres" --describe-config | grep ^ssl_ciphers | grep -qv none || continue
        dirname "$postgres"
        exit
      done
      exit 1
      """
    guard let found = ChildProcess.output(of: ["/bin/sh", "-c", script, usual], seconds: 20) else {
      throw Failure(text: "no PostgreSQL here was built with OpenSSL")
    }
    return String(found.prefix { $0 != "\n" })
  }

  private struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  private static let script = """
    umask 077
    mkdir "$0"
    cd "$0"
    key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
    authority() {
      openssl req -x509 $key -days 3650 -subj "/CN=Test authority $1" -keyout $1.key -out $1.crt
      : >$1.index
      cat >$1.conf <<END
    [ca]
    default_ca = authority
    [authority]
    database = $1.index
    rand_serial = yes
    new_certs_dir = .
    certificate = $1.crt
    private_key = $1.key
    default_md = sha256
    policy = policy
    copy_extensions = copy
    unique_subject = no
    default_crl_days = 3650
    [policy]
    commonName = supplied
    END
    }
    # AUTHORITY FILE NAME [ARGUMENT...]
    certificate() {
      authority=$1 file=$2 name=$3
      shift 3
      openssl req -new $key -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \\
        -keyout $file.key -out $file.csr
      openssl ca -batch -notext -config $authority.conf -in $file.csr -out $file.crt -days 3650 "$@"
    }
    past='-startdate 20200101000000Z -enddate 20210101000000Z'
    authority ca
    authority other
    certificate ca good \(host)
    certificate ca expired \(host) $past
    certificate ca revoked \(host)
    certificate ca by_certificate by_certificate
    certificate ca by_both by_both
    certificate ca late by_certificate $past
    certificate ca bad by_certificate
    certificate other foreign by_certificate
    for file in revoked bad; do openssl ca -config ca.conf -revoke $file.crt; done
    openssl ca -config ca.conf -gencrl -out ca.crl
    openssl ca -config other.conf -gencrl -out other.crl
    """
}
