internal import CPQ
import Glibc
import Synchronization

/// The address of the database and the user: a libpq URI or a list of `keyword=value`.
package struct ConnectionString: Sendable {
  /// The options by libpq's keyword, shared by all copies, so that a new password takes effect
  /// everywhere.
  private let shared: SharedOptions
  var options: [String: String] { shared.value.withLock { $0 } }
  let hosts: [Host]

  struct Host: Hashable, Sendable {
    /// A name, an address, or the directory of a Unix socket; empty for libpq's default.
    var name = ""
    /// The address, if the string gives one in addition to the name.
    var address = ""
    /// A number, or empty for libpq's default.
    var port = ""

    /// Whether the name has to be looked up.
    var needsResolving: Bool {
      address.isEmpty && !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@") && !isNumeric
    }

    private var isNumeric: Bool {
      var address = in6_addr()
      return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1
    }
  }

  /// Parses the string. Missing options are taken from the service that it or PGSERVICE names, and
  /// then from libpq's other environment variables. All these are read only here; a password file
  /// is read at each connection.
  package init(_ text: String) throws(PostgresError) {
    guard !text.utf8.contains(0) else { throw .configuration("contains a NUL character") }
    try Self.refuseOtherScheme(text)
    var message: UnsafeMutablePointer<CChar>?
    defer { PQfreemem(message) }
    guard let parsed = PQconninfoParse(text, &message) else {
      // libpq's sentence repeats the string, and with it a password.
      throw .configuration("not a URI or list of keyword=value that libpq understands")
    }
    defer { PQconninfoFree(parsed) }
    let options = try Self.filled(Self.read(parsed))
    hosts = try Self.hosts(of: options)
    shared = SharedOptions(options)
  }

  /// Each of the servers alone, with the same options, which also follow.
  package var each: [ConnectionString] { hosts.map { ConnectionString(host: $0, shared) } }

  private init(host: Host, _ shared: SharedOptions) {
    hosts = [host]
    self.shared = shared
  }

  /// The name of the first server, for people.
  package var serverName: String {
    let host = hosts[0]
    let name = host.name.isEmpty ? host.address : host.name
    return "\(name):\(host.port.isEmpty ? "5432" : host.port)"
  }

  /// Takes over the options of `other`, above all a new password. False when `other` names other
  /// servers, which needs a restart.
  package func follow(_ other: ConnectionString) -> Bool {
    guard other.hosts == hosts else { return false }
    let new = other.options
    shared.value.withLock { $0 = new }
    return true
  }

  private final class SharedOptions: Sendable {
    let value: Mutex<[String: String]>
    init(_ options: [String: String]) { value = Mutex(options) }
  }

  /// The kind of server that is wanted: libpq's `target_session_attrs`.
  var sessionAttributes: String { options["target_session_attrs"] ?? "any" }

  /// Whether only a server that accepts writes is wanted.
  var wantsWritableServer: Bool { ["read-write", "primary"].contains(sessionAttributes) }

  /// The `options` of the string, which go to the server.
  var givenOptions: String { options["options"] ?? "" }

  /// libpq's keywords and values for one server of the list.
  func keywords(
    for candidate: ConnectPlan.Candidate, applicationName: String
  ) -> [(String, String)] {
    var all = PostgresSettings.transportOptions.merging(options) { _, given in given }
    all["host"] = candidate.host.name
    all["hostaddr"] = candidate.host.address
    all["port"] = candidate.host.port
    all["target_session_attrs"] = candidate.sessionAttributes
    all["client_encoding"] = "UTF8"
    all["fallback_application_name"] = applicationName
    return all.filter { !$0.value.isEmpty }.map { ($0.key, $0.value) }
  }

  /// Adds the options from service files and the environment. libpq returns them only for a
  /// connection, so one is begun with an invalid value: libpq collects all options first and then
  /// fails before it contacts a server. Two attempts, each with another invalid keyword, give all
  /// options.
  private static func filled(_ given: [String: String]) throws(PostgresError) -> [String: String] {
    var all: [String: String] = [:]
    for keyword in ["target_session_attrs", "gssencmode"] {
      var attempt = given
      attempt[keyword] = "none of these"
      guard let link = Link(attempt.map { ($0.key, $0.value) }),
        let list = PQconninfo(link.raw)
      else { throw .unavailable(reason: "out of memory") }
      defer { PQconninfoFree(list) }
      let found = read(list)
      // There is always a port, unless the service definition cannot be read.
      guard !found.isEmpty else { throw .configuration(link.message) }
      all.merge(found.filter { $0.key != keyword }) { $1 }
    }
    return all
  }

  /// Keywords whose values libpq parses only after a server has answered.
  private static let numbers = [
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout",
  ]

  /// Refuses values that must be numbers and are not.
  func refuseUnknownNumbers() throws(PostgresError) {
    for keyword in Self.numbers {
      guard let value = options[keyword] else { continue }
      guard Int32(value.filter { $0 != " " }) != nil else {
        throw .configuration("invalid integer value \"\(value)\" for \(keyword)")
      }
    }
  }

  /// The string's own limit for connecting to a server.
  var connectTimeout: Duration? {
    let seconds = options["connect_timeout"].flatMap { Int($0.filter { $0 != " " }) } ?? 0
    return seconds > 0 ? .seconds(seconds) : nil
  }

  /// Refuses URIs of other databases, such as `mysql://`.
  private static func refuseOtherScheme(_ text: String) throws(PostgresError) {
    guard let scheme = text.firstMatch(of: /^([A-Za-z][A-Za-z0-9+.\-]*):\/\//)?.1.lowercased(),
      !["postgresql", "postgres"].contains(scheme)
    else { return }
    throw .configuration(
      "begins with \(scheme)://, which is not PostgreSQL: give it as postgresql://…")
  }

  private static func read(_ list: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var options: [String: String] = [:]
    var next = list
    while let keyword = next.pointee.keyword {
      if let value = next.pointee.val, value.pointee != 0 {
        options[String(cString: keyword)] = String(cString: value)
      }
      next += 1
    }
    return options
  }

  private static func hosts(of options: [String: String]) throws(PostgresError) -> [Host] {
    func list(_ keyword: String) -> [String] {
      guard let value = options[keyword] else { return [] }
      return value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
    let count = max(names.count, addresses.count, 1)
    guard names.isEmpty || addresses.isEmpty || names.count == addresses.count else {
      throw .configuration("as many addresses as hosts are wanted")
    }
    guard ports.count <= 1 || ports.count == count else {
      throw .configuration("one port is wanted, or as many as hosts")
    }
    guard ports.allSatisfy({ isPort($0) }) else {
      // The value is not quoted: if the password in a URI contains an @, it is part of the
      // password.
      throw .configuration("a port must be a number from 1 to 65535")
    }
    guard count <= PostgresLimits.candidatesMax else {
      throw .configuration("at most \(PostgresLimits.candidatesMax) hosts are wanted")
    }
    return (0..<count).map { index in
      Host(
        name: names.isEmpty ? "" : names[index],
        address: addresses.isEmpty ? "" : addresses[index],
        port: ports.isEmpty ? "" : ports.count == 1 ? ports[0] : ports[index])
    }
  }

  /// An empty text is the default port; libpq ignores spaces.
  private static func isPort(_ text: String) -> Bool {
    let digits = text.split(separator: " ")
    return digits.isEmpty
      || digits.count == 1 && Int(digits[0]).map { (1...65_535).contains($0) } ?? false
  }
}
