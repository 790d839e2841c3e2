import HTTP
import JSON
import Orders

extension Call {
  /// The address of the next page: the same one with another cursor.
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
  /// Where the list goes on; nil for its beginning. `position` reads a cursor.
  mutating func cursor<Position>(_ position: (String) -> Position?) -> Position? {
    read("cursor", "must be a cursor of this list", position)
  }

  /// Which page is asked for. Ends the reading of the query.
  mutating func page<Position>(
    _ position: (String) -> Position?
  ) throws(Failure) -> (size: PageSize, start: Position?) {
    let size = integer("limit", in: PageSize.allowed).flatMap(PageSize.init) ?? .standard
    let start = cursor(position)
    try finish()
    return (size, start)
  }
}

extension Field {
  /// Where the next page is, for lists that say so in the header.
  static func link(next address: String) -> Field { Field("Link", "<\(address)>; rel=\"next\"") }
}
