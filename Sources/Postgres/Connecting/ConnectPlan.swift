/// The order in which servers are tried, as a value.
///
/// libpq would walk the list itself, but gives a server that swallows our packets minutes before it
/// tries the next; so each attempt is for one address, with a deadline of ours.
struct ConnectPlan {
  /// One address to try, and the kind of server it must turn out to be.
  struct Candidate: Equatable {
    let host: ConnectionString.Host
    let sessionAttributes: String
  }

  private var candidates: [Candidate] = []

  /// Each host with each of its addresses, first those of `preferred`, where the last attempt
  /// succeeded; a host whose name nobody knows is left out.
  init(
    hosts: [ConnectionString.Host], addresses: [String: [String]], sessionAttributes: String,
    preferred: ConnectionString.Host?
  ) {
    var resolved: [ConnectionString.Host] = []
    for host in hosts {
      guard host.needsResolving else {
        resolved.append(host)
        continue
      }
      for address in addresses[host.name] ?? [] {
        resolved.append(.init(name: host.name, address: address, port: host.port))
      }
    }
    if let preferred, let index = resolved.firstIndex(of: preferred) {
      resolved.insert(resolved.remove(at: index), at: 0)
    }
    // A standby is preferred in a first pass over all; in the second anything will do.
    let passes = sessionAttributes == "prefer-standby" ? ["standby", "any"] : [sessionAttributes]
    for attributes in passes {
      for host in resolved.prefix(PostgresLimits.candidatesMax) {
        candidates.append(Candidate(host: host, sessionAttributes: attributes))
      }
    }
    candidates.reverse()
  }

  /// The next address to try; nil when all have been.
  mutating func next() -> Candidate? { candidates.popLast() }
}
