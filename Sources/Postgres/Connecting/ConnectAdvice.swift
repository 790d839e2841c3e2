import Glibc

/// Why a connection failed and what to do about it, in plain words. libpq's messages name the
/// function that failed, not what the operator can do.
struct ConnectAdvice: Equatable {
  let cause: String
  let cure: String

  private init(_ cause: String, _ cure: String) {
    self.cause = cause
    self.cure = cure
  }

  /// Nil for errors that libpq's own message explains well.
  ///
  /// - Parameters:
  ///   - message: libpq's message; the server's part of it may be in another language.
  ///   - verdict: OpenSSL's result of verifying the server's certificate; 0 when it is valid.
  ///   - options: The connection options, by libpq's keywords.
  init?(_ message: String, verdict: Int = 0, options: [String: String] = [:]) {
    let message = Message(text: message)
    // libpq's message may contain several attempts, first with TLS. The server's own refusal says
    // most, so it is looked for first.
    let advice =
      Self.onRules(message) ?? Self.onPassword(message, options)
      ?? Self.onChannelBinding(message) ?? Self.onServerCertificate(message, verdict)
      ?? Self.onOwnFiles(message) ?? Self.onClientCertificate(message, options)
    guard let advice else { return nil }
    self = advice
  }

  private struct Message {
    let text: String

    func says(_ words: String) -> Bool { text.contains(words) }

    /// The text in quotation marks after the words.
    func name(after words: String) -> String? {
      guard let start = text.ranges(of: words + " \"").first?.upperBound,
        let end = text[start...].firstIndex(of: "\"")
      else { return nil }
      return String(text[start..<end])
    }
  }

  // MARK: - The server's certificate

  private static func onServerCertificate(_ message: Message, _ verdict: Int) -> ConnectAdvice? {
    if let host = message.name(after: "does not match host name") {
      let name = message.name(after: "server certificate for") ?? "somebody else"
      return ConnectAdvice(
        "the server's certificate is for \(name), not for \(host)",
        "put the name that the certificate has into host (hostaddr may give the address), or give "
          + "the server a certificate for \(host)")
    }
    if message.says("host name must be specified for a verified SSL connection") {
      return ConnectAdvice(
        "sslmode=verify-full has no name to compare with the server's certificate",
        "set host beside hostaddr")
    }
    if let file = message.name(after: "root certificate file") {
      let isAbsent = message.says("does not exist")
      return ConnectAdvice(
        "\(file), which is to hold the root certificate, "
          + (isAbsent ? "does not exist" : "cannot be read"),
        "set sslrootcert to a readable file with the certificate of the authority that signed the "
          + "server's")
    }
    if message.says("server does not support SSL") {
      return ConnectAdvice(
        "the server offers no TLS and sslmode demands it",
        "set ssl=on at the server, or an sslmode that does without")
    }
    return message.says("certificate verify failed") ? onVerdict(verdict) : nil
  }

  /// The numbers are OpenSSL's X509_V_ERR_….
  private static func onVerdict(_ verdict: Int) -> ConnectAdvice {
    switch verdict {
    case 2, 18, 19, 20, 21:
      ConnectAdvice(
        "the server's certificate is not signed by an authority in sslrootcert",
        "set sslrootcert to the certificate of the authority that signed it")
    case 9:
      ConnectAdvice(
        "the server's certificate is not valid yet", "set this machine's clock, or renew it")
    case 10:
      ConnectAdvice(
        "the server's certificate has expired", "renew it, or set this machine's clock")
    case 23:
      ConnectAdvice(
        "the server's certificate is revoked, says the list in sslcrl",
        "give the server a new certificate")
    case 3:
      ConnectAdvice(
        "sslcrl has no list of the authority that signed the server's certificate",
        "add that authority's list of revoked certificates to the file")
    case 11, 12:
      ConnectAdvice(
        "the list of revoked certificates in sslcrl is out of date",
        "put the authority's newest list there")
    default:
      ConnectAdvice(
        "the server's certificate does not pass (OpenSSL's error \(verdict))",
        "see it with: openssl s_client -starttls postgres -connect HOST:PORT -CAfile FILE")
    }
  }

  /// libpq ignores a list of revoked certificates that it cannot read, so it is checked here.
  init?(revocationListIn options: [String: String]) {
    guard let file = options["sslcrl"], ["verify-ca", "verify-full"].contains(options["sslmode"])
    else { return nil }
    if LocalFile.read(file)?.contains("-----BEGIN X509 CRL-----") == true { return nil }
    self.init(
      "\(file), which is to list revoked certificates, is not there or holds no such list",
      "set sslcrl to a readable file with the authority's list in PEM, or leave it out")
  }

  // MARK: - Our own certificate

  private static func onOwnFiles(_ message: Message) -> ConnectAdvice? {
    if let key = message.name(after: "private key file") {
      if message.says("group or world access") {
        return ConnectAdvice("others may read the private key \(key)", "run: chmod 600 \(key)")
      }
      if message.says("must be owned by") {
        return ConnectAdvice(
          "the private key \(key) belongs to somebody else", "make this process's user its owner")
      }
      if message.says("key values mismatch")
        || message.says("certificate does not match private key file")
      {
        return ConnectAdvice(
          "the private key \(key) is not that of the certificate in sslcert",
          "set sslcert and sslkey to files that belong together")
      }
      return ConnectAdvice(
        "the private key \(key) of the client certificate cannot be read",
        "set sslkey to the key's file in PEM, and sslpassword if it has one")
    }
    if let file = message.name(after: "certificate file") {
      return ConnectAdvice(
        "the client certificate \(file) cannot be read", "set sslcert to a certificate in PEM")
    }
    return nil
  }

  private static func onClientCertificate(
    _ message: Message, _ options: [String: String]
  ) -> ConnectAdvice? {
    if message.says("requires a valid client certificate")
      || message.says("alert certificate required")
    {
      if let file = options["sslcert"], access(file, F_OK) != 0 {
        return ConnectAdvice(
          "the server demands a client certificate, and \(file) does not exist",
          "set sslcert to the file of the certificate, and sslkey to that of its key")
      }
      return ConnectAdvice(
        "the server demands a client certificate",
        "set sslcert and sslkey to the files of one that the server's authority has signed")
    }
    if let user = message.name(after: "certificate authentication failed for user") {
      return ConnectAdvice(
        "the client certificate does not let its holder in as \(user)",
        "connect as the user that it names, or have one made for \(user)")
    }
    let refusals = [
      ("alert unknown ca", "is signed by an authority that the server does not know"),
      ("alert certificate expired", "has expired"), ("alert certificate revoked", "is revoked"),
      ("alert bad certificate", "does not pass at the server"),
    ]
    guard let (_, why) = refusals.first(where: { message.says($0.0) }) else { return nil }
    return ConnectAdvice(
      "our client certificate \(why)",
      "set sslcert and sslkey to a valid one that the server's authority has signed")
  }

  // MARK: - Authentication

  private static func onRules(_ message: Message) -> ConnectAdvice? {
    let isUnknown = message.says("no pg_hba.conf entry for host")
    guard isUnknown || message.says("pg_hba.conf rejects connection for host") else { return nil }
    let user = message.name(after: "user") ?? "this user"
    let database = message.name(after: "database") ?? "this database"
    if message.says("no encryption") {
      return ConnectAdvice(
        "the server does not let \(user) into \(database) without TLS",
        "set sslmode=verify-full and sslrootcert, or allow it in the server's pg_hba.conf")
    }
    return ConnectAdvice(
      "the server has no rule that lets \(user) into \(database) from this address",
      "add one to its pg_hba.conf and reload it")
  }

  private static func onPassword(
    _ message: Message, _ options: [String: String]
  ) -> ConnectAdvice? {
    let isAbsent = message.says("no password supplied")
    let user = message.name(after: "password authentication failed for user")
    guard isAbsent || user != nil else { return nil }
    // libpq only prints a warning and ignores the file.
    if isAbsent, let file = options["passfile"], let mode = LocalFile.status(file)?.st_mode,
      mode & 0o077 != 0
    {
      return ConnectAdvice(
        "the server wants a password, and libpq does not use \(file), which others may read",
        "run: chmod 600 \(file)")
    }
    if isAbsent {
      return ConnectAdvice(
        "the server wants a password and there is none for it",
        "set it in the connection string, PGPASSWORD or the password file")
    }
    let source =
      message.name(after: "password retrieved from file").map { ", which is from \($0)" } ?? ""
    return ConnectAdvice(
      "the server does not accept the password of \(user ?? "this user")\(source)",
      "correct the password, or set it for the user at the server")
  }

  private static func onChannelBinding(_ message: Message) -> ConnectAdvice? {
    guard message.says("channel binding") else { return nil }
    return message.says("SSL not in use")
      ? ConnectAdvice(
        "channel_binding=require needs TLS, and this connection has none",
        "set sslmode=verify-full and sslrootcert")
      : ConnectAdvice(
        "channel_binding=require needs SCRAM-SHA-256-PLUS, and the server asks for something else",
        "have it ask for scram-sha-256 over TLS in pg_hba.conf, and set the password anew")
  }
}
