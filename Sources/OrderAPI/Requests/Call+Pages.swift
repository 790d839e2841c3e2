import HTTP
import Orders

extension Call {
  /// Where the page after this one is: the same address with another cursor.
  func next(_ cursor: String) -> String {
    let kept = (request.query ?? []).split(separator: UInt8(ascii: "&")).filter { piece in
      let name = try? PercentCoding.decode(piece.prefix { $0 != UInt8(ascii: "=") })
      return name != "cursor"
    }
    let query = kept.map { String(decoding: $0, as: UTF8.self) } + ["cursor=\(cursor)"]
    return String(decoding: request.path, as: UTF8.self) + "?" + query.joined(separator: "&")
  }
}

extension Parameters {
  /// How many entries are asked for.
  mutating func pageSize() -> PageSize {
    let allowed = PageSize.allowed
    return read(
      "limit", "must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound)"
    ) { Int($0).flatMap(PageSize.init) } ?? .standard
  }
}
