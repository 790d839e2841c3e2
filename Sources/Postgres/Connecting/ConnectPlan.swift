/// The order in which servers are tried, as a value.
///
/// libpq could try them itself, but would wait minutes for a server that drops our packets before
/// it tries the next. So each attempt is for one address, with a deadline of ours.
struct ConnectPlan {
  /// One address to try, and the kind of server that is wanted.
  struct Candidate: Equatable {
    let host: ConnectionString.Host
    let sessionAttributes: String
  }

  private var candidates: [Candidate] = []

  /// Each host with each of its addresses; `preferred`, where the last attempt succeeded, comes
  /// first, and those of `silent`, which have not answered in time, last. Hosts without an address
  /// are left out.
  init(
    hosts: [ConnectionString.Host], addresses: [String: [String]], sessionAttributes: String,
    preferred: ConnectionString.Host?, silent: [ConnectionString.Host] = []
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
    for host in silent {
      if let index = resolved.firstIndex(of: host) { resolved.append(resolved.remove(at: index)) }
    }
    // The first pass over all hosts accepts only a standby, the second any server.
    let passes = sessionAttributes == "prefer-standby" ? ["standby", "any"] : [sessionAttributes]
    for attributes in passes {
      for host in resolved.prefix(PostgresLimits.candidatesMax) {
        candidates.append(Candidate(host: host, sessionAttributes: attributes))
      }
    }
    candidates.reverse()
  }

  /// The next address to try; nil when all have been tried.
  mutating func next() -> Candidate? { candidates.popLast() }
}
