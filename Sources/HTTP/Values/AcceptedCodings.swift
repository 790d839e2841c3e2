/// Whether the client wants its answer compressed (RFC 9110 section 12.5.3).
package struct AcceptedCodings: Sendable {
  /// Whether gzip has at least the quality of an uncompressed answer.
  package let prefersGzip: Bool
  /// Whether the client refuses an uncompressed answer.
  package let refusesIdentity: Bool

  /// Reads Accept-Encoding; elements that are not valid are skipped. Without the field the answer
  /// is not compressed: most clients that do not send it cannot decompress.
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
