import EventLoop
import Glibc
import TestSupport
import Testing

@testable import Postgres

/// On a real server with an authority of its own.
@Suite("Over TLS", .serialized)
struct TLSTests {
  /// Why a connection with these options fails, at once and never with a hang; nil when it stands.
  private func failure(
    _ user: String, _ changes: [String: String] = [:], showing certificate: String = "good"
  ) async throws -> String? {
    try await blocking { try TLSServer.shared.get().show(certificate) }
    let server = try TLSServer.shared.get()
    let target = try ConnectionString(server.connectionString(user, changes))
    return try await onLoop { loop in
      do throws(PostgresError) {
        try await Session.open(target, on: loop).close()
        return nil
      } catch {
        switch error {
        case .unavailable(let reason), .refused(_, let reason): return reason
        default: throw DetailedError(error)
        }
      }
    }
  }

  private func file(_ name: String) throws -> String { try TLSServer.shared.get().file(name) }

  @Test("the pool exchanges much in both directions at once, with the server's name verified")
  func pool() async throws {
    try await blocking { try TLSServer.shared.get().show("good") }
    let text = try TLSServer.shared.get().connectionString("by_password")
    try await onLoop { loop in
      let database = Database(try ConnectionString(text), settings: .patient, on: loop)
      let facts = try await database.read(
        "SELECT ssl::text, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0]
      #expect(try facts.text(0) == "true" && facts.text(1).hasPrefix("TLSv1."))
      let intact = await together(20, on: loop) { number in
        let sent = String(repeating: "\(number % 10)", count: 300_000)
        let row = try? await database.read("SELECT \(sent), repeat(\(sent), 5)")[0]
        return (try? row?.text(0)) == sent && (try? row?.text(1).utf8.count) == 1_500_000
      }
      #expect(intact.count { $0 } == 20)
      await database.close()
    }
  }

  @Test(
    "client certificates are accepted, alone or with a password",
    arguments: ["by_certificate", "by_both"])
  func clientCertificate(user: String) async throws {
    let changes = ["sslcert": try file("\(user).crt"), "sslkey": try file("\(user).key")]
    #expect(try await failure(user, changes) == nil)
  }

  @Test("a list of revoked certificates lets the others pass")
  func revocationList() async throws {
    #expect(try await failure("by_password", ["sslcrl": try file("ca.crl")]) == nil)
  }

  @Test("SCRAM is bound to the channel when that is required, and a missing binding is reported")
  func channelBinding() async throws {
    let required = ["channel_binding": "require"]
    #expect(try await failure("by_password", required) == nil)
    #expect(
      try await failure("anyhow", ["channel_binding": "require", "sslmode": "disable"])?
        .hasPrefix("channel_binding=require needs TLS, and this connection has none; ") == true)
    let md5 = try await failure("by_md5", required)
    #expect(
      md5?.hasPrefix("channel_binding=require needs SCRAM-SHA-256-PLUS, ") == true, "\(md5 ?? "")")
  }

  /// What is wrong with the server's side, and the cause that is told.
  static let serverTroubles: [(shown: String, changes: [String: String], cause: String)] = [
    (
      "good", ["host": "wrong.example.org"],
      "the server's certificate is for db.example.org, not for wrong.example.org"
    ),
    (
      "good", ["host": ""],
      "sslmode=verify-full has no name to compare with the server's certificate"
    ),
    (
      "good", ["sslrootcert": "FOLDER/other.crt"],
      "the server's certificate is not signed by an authority in sslrootcert"
    ),
    (
      "good", ["sslrootcert": "/nowhere/root.crt"],
      "/nowhere/root.crt, which is to hold the root certificate, does not exist"
    ),
    (
      "good", ["sslrootcert": "FOLDER/ca.key.txt"],
      "FOLDER/ca.key.txt, which is to hold the root certificate, cannot be read"
    ),
    ("expired", [:], "the server's certificate has expired"),
    (
      "revoked", ["sslcrl": "FOLDER/ca.crl"],
      "the server's certificate is revoked, says the list in sslcrl"
    ),
    (
      "good", ["sslcrl": "FOLDER/other.crl"],
      "sslcrl has no list of the authority that signed the server's certificate"
    ),
    (
      "good", ["sslcrl": "/nowhere/ca.crl"],
      "/nowhere/ca.crl, which is to list revoked certificates, is not there or holds no such list"
    ),
    (
      "good", ["sslmode": "disable"],
      "the server does not let by_password into postgres without TLS"
    ),
  ]

  @Test(
    "says in one sentence what is wrong with the server's certificate", arguments: serverTroubles)
  func serverTrouble(shown: String, changes: [String: String], cause: String) async throws {
    let server = try TLSServer.shared.get()
    _ = try server.write("nothing\n", to: "ca.key.txt", mode: 0o600)
    let folder = String(server.file("").dropLast())
    let changes = changes.mapValues { $0.replacing("FOLDER", with: folder) }
    let reason = try await failure("by_password", changes, showing: shown)
    #expect(
      reason?.hasPrefix(cause.replacing("FOLDER", with: folder) + "; ") == true, "\(reason ?? "")")
  }

  /// What is wrong with ours.
  static let clientTroubles: [(user: String, certificate: String?, key: String?, cause: String)] = [
    ("by_certificate", nil, nil, "the server demands a client certificate"),
    ("by_both", nil, nil, "the server demands a client certificate"),
    (
      "by_certificate", "gone.crt", "gone.key",
      "the server demands a client certificate, and FOLDER/gone.crt does not exist"
    ),
    (
      "by_certificate", "by_certificate.crt", "gone.key",
      "the private key FOLDER/gone.key of the client certificate cannot be read"
    ),
    (
      "by_certificate", "by_certificate.crt", "open.key",
      "others may read the private key FOLDER/open.key"
    ),
    (
      "by_certificate", "by_certificate.crt", "by_both.key",
      "the private key FOLDER/by_both.key is not that of the certificate in sslcert"
    ),
    (
      "by_certificate", "by_both.crt", "by_both.key",
      "the client certificate does not let its holder in as by_certificate"
    ),
    ("by_certificate", "late.crt", "late.key", "our client certificate has expired"),
    ("by_certificate", "bad.crt", "bad.key", "our client certificate is revoked"),
    (
      "by_certificate", "foreign.crt", "foreign.key",
      "our client certificate is signed by an authority that the server does not know"
    ),
  ]

  @Test(
    "says in one sentence what is wrong with the client's certificate", arguments: clientTroubles)
  func clientTrouble(
    user: String, certificate: String?, key: String?, cause: String
  ) async throws {
    let server = try TLSServer.shared.get()
    let key = key.map(server.file) ?? ""
    let text = try server.lines(of: "by_certificate.key").joined(separator: "\n")
    _ = try server.write(text + "\n", to: "open.key", mode: 0o644)
    let certificate = certificate.map(server.file) ?? ""
    let reason = try await failure(user, ["sslcert": certificate, "sslkey": key])
    let cause = cause.replacing("FOLDER", with: String(server.file("").dropLast()))
    #expect(reason?.hasPrefix(cause + "; ") == true, "\(reason ?? "")")
  }

  @Test("gives each host its own password out of the password file")
  func passwordFile() async throws {
    let server = try TLSServer.shared.get()
    let entries = "\(TLSServer.host):*:*:*:wrong\nlocalhost:*:*:*:secret\n"
    let file = try server.write(entries, to: "passwords", mode: 0o600)
    let changes = ["password": "", "passfile": file, "sslmode": "verify-ca"]
    let wrong = try await failure("by_password", changes)
    #expect(
      wrong?.hasPrefix(
        "the server does not accept the password of by_password, which is from \(file); ") == true,
      "\(wrong ?? "")")
    for hosts in ["\(TLSServer.host),localhost", "localhost,\(TLSServer.host)"] {
      let both = changes.merging(["host": hosts, "hostaddr": "127.0.0.1,127.0.0.1"]) { $1 }
      #expect(try await failure("by_password", both) == nil)
    }
  }

  @Test("says why there is no password")
  func noPassword() async throws {
    let server = try TLSServer.shared.get()
    let file = try server.write("*:*:*:*:secret\n", to: "open passwords", mode: 0o640)
    let open = try await failure("by_password", ["password": "", "passfile": file])
    #expect(
      open?.hasPrefix(
        "the server wants a password, and libpq does not use \(file), which others may read; ")
        == true, "\(open ?? "")")
    let none = try await failure("by_password", ["password": "", "passfile": "/nowhere"])
    #expect(
      none?.hasPrefix("the server wants a password and there is none for it; ") == true,
      "\(none ?? "")")
  }

  @Test("of several hosts says what is wrong with each")
  func severalHosts() async throws {
    let port = try TLSServer.shared.get().port
    let reason = try await failure(
      "by_password",
      [
        "host": "\(TLSServer.host),a.invalid", "hostaddr": "127.0.0.1,127.0.0.1",
        "password": "wrong",
      ])
    let parts = reason?.split(separator: " / ") ?? []
    #expect(
      parts.count == 2 && parts[0].hasPrefix("\(TLSServer.host):\(port): the server does not "))
    #expect(parts.last?.hasPrefix("a.invalid:\(port): the server's certificate is for ") == true)
  }

  @Test(
    "gives up on a server that falls silent in the handshake, and keeps the loop free meanwhile")
  func silentHandshake() async throws {
    let server = SilentTLS()
    defer { server.stop() }
    let target = try ConnectionString(
      "host=127.0.0.1 port=\(server.port) user=x dbname=x sslmode=require")
    var settings = PostgresSettings()
    settings.connectTimeout = .milliseconds(300)
    try await onLoop { [settings] loop in
      var ticks = 0
      let timer = Timer(on: loop) { ticks += 1 }
      timer.arm(after: .milliseconds(50))
      let start = loop.now
      do throws(PostgresError) {
        _ = try await Session.open(target, settings: settings, on: loop)
        Issue.record("connected to nobody")
      } catch {
        #expect(String(reflecting: error).contains("no answer from the server within"))
      }
      #expect(loop.now - start < .seconds(30))
      #expect(ticks == 1, "the loop did something else meanwhile")
    }
  }
}

/// Says that it speaks TLS, and then nothing.
private final class SilentTLS: Sendable {
  private let listener = LoopbackListener()
  var port: UInt16 { listener.port }

  init() {
    let listener = listener.descriptor
    Task.detached {
      _ = try? await blocking {
        var held: [Int32] = []
        while case let client = accept(listener, nil, nil), client >= 0 {
          held.append(client)
          var request = [UInt8](repeating: 0, count: 8)
          if recv(client, &request, 8, Int32(MSG_WAITALL)) == 8 { _ = send(client, "S", 1, 0) }
        }
        for client in held { close(client) }
      }
    }
  }

  func stop() { listener.stop() }
}
