/// Whether the sender of a request wants its answer compressed (RFC 9110 section 12.5.3).
package struct AcceptedCodings: Sendable {
  /// Whether gzip is taken at least as gladly as what is not compressed.
  package let prefersGzip: Bool
  /// Whether what is not compressed is refused.
  package let refusesIdentity: Bool

  /// Reads Accept-Encoding; what cannot be read is passed over. Who says nothing gets the answer as
  /// it is: such a client mostly cannot decode it.
  package init(_ request: Request) {
    guard request.hasField("accept-encoding") else {
      prefersGzip = false
      refusesIdentity = false
      return
    }
    var (gzip, identity, rest): (Int?, Int?, Int?) = (nil, nil, nil)
    for element in request.fields("accept-encoding").joined(separator: ",").lowercased()
      .filter({ $0 != " " && $0 != "\t" }).split(separator: ",")
    {
      let parts = element.split(separator: ";", omittingEmptySubsequences: false)
      let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
      guard let quality = weight.map({ Quality.thousandths($0.dropFirst(2)) }) ?? Quality.full
      else { continue }
      switch parts[0] {
      case "gzip", "x-gzip": gzip = quality
      case "identity": identity = quality
      case "*": rest = quality
      default: break
      }
    }
    let taken = gzip ?? rest ?? 0
    prefersGzip = taken > 0 && taken >= identity ?? (gzip == nil ? 0 : rest ?? 0)
    refusesIdentity = (identity ?? rest) == 0
  }
}
