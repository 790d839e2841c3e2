import HTTP

extension Call {
  /// The address of the next page: the same one with another cursor. What has been counted is not
  /// counted again.
  func next(_ cursor: String) -> String {
    let kept = (request.query ?? []).split(separator: UInt8(ascii: "&")).filter { piece in
      let name = try? PercentCoding.decode(piece.prefix { $0 != UInt8(ascii: "=") })
      return name != Parameter.cursorName && name != Parameter.totalName
    }
    let query =
      kept.map { String(decoding: $0, as: UTF8.self) } + ["\(Parameter.cursorName)=\(cursor)"]
    return String(decoding: request.path, as: UTF8.self) + "?" + query.joined(separator: "&")
  }
}

extension Field {
  /// Where the next page is, for lists that say so in the header.
  static func link(next address: String) -> Field { Field("Link", "<\(address)>; rel=\"next\"") }
}
