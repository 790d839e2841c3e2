internal import CPQ
import Glibc
import Synchronization

/// Where the database is and who we are there: a libpq URI or a list of `keyword=value`.
package struct ConnectionString: Sendable {
  /// What libpq connects with, by libpq's keyword; the same for all copies, so that a new password
  /// reaches everybody who connects.
  private let shared: SharedOptions
  var options: [String: String] { shared.value.withLock { $0 } }
  /// The servers named, in their order.
  let hosts: [Host]

  /// One server as the string names it.
  struct Host: Hashable, Sendable {
    /// A name, an address, or the directory of a Unix socket; empty for libpq's default.
    var name = ""
    /// The address, when the string gives it beside the name.
    var address = ""
    /// A number, or empty for libpq's default.
    var port = ""

    /// Whether somebody must be asked for the address.
    var needsResolving: Bool {
      address.isEmpty && !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@") && !isNumeric
    }

    private var isNumeric: Bool {
      var address = in6_addr()
      return inet_pton(AF_INET, name, &address) == 1 || inet_pton(AF_INET6, name, &address) == 1
    }
  }

  /// Parses the string; what it leaves out is filled by the service that it or PGSERVICE names,
  /// then by libpq's other environment variables. All these are read only here; a password file is
  /// read at each connection, for the entry of its host.
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

  /// Connects from now on as `other` says, a new password above all; false when that names other
  /// servers, which takes a new start.
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

  /// Which kind of server will do: libpq's `target_session_attrs`.
  var sessionAttributes: String { options["target_session_attrs"] ?? "any" }

  /// Whether only a server that takes writes will do.
  var wantsWritableServer: Bool { ["read-write", "primary"].contains(sessionAttributes) }

  /// The server's options as the string gives them.
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

  /// Only a connection tells what libpq makes of service files and the environment. So one is begun
  /// that goes nowhere: libpq refuses a value after it has put all of them together, and before it
  /// asks any server. What it makes of that value's keyword, the attempt with the other one tells.
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
      // Every connection has a port, unless the service it asks for cannot be read.
      guard !found.isEmpty else { throw .configuration(link.message) }
      all.merge(found.filter { $0.key != keyword }) { $1 }
    }
    return all
  }

  /// Keywords whose values libpq only reads once a server has answered.
  private static let numbers = [
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    "tcp_user_timeout",
  ]

  /// Refuses a value that is to be a number and is none.
  func refuseUnknownNumbers() throws(PostgresError) {
    for keyword in Self.numbers {
      guard let value = options[keyword] else { continue }
      guard Int32(value.filter { $0 != " " }) != nil else {
        throw .configuration("invalid integer value \"\(value)\" for \(keyword)")
      }
    }
  }

  /// How long a server may take to let us in, where the string says so.
  var connectTimeout: Duration? {
    let seconds = options["connect_timeout"].flatMap { Int($0.filter { $0 != " " }) } ?? 0
    return seconds > 0 ? .seconds(seconds) : nil
  }

  /// `mysql://` is an address, but of something else.
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
      // Not repeated: in a URI with a bare @ in the password this is the end of that.
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

  /// Empty is the default port, and libpq minds no spaces.
  private static func isPort(_ text: String) -> Bool {
    let digits = text.split(separator: " ")
    return digits.isEmpty
      || digits.count == 1 && Int(digits[0]).map { (1...65_535).contains($0) } ?? false
  }
}
