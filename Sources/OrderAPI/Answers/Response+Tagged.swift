import HTTP

extension Response {
  /// The answer to a change: the resource after it, with its tag.
  static func changed(_ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(.ok, contentType: .json, fields: [tag.field], body: body)
  }

  /// The answer to a creation: the new resource, its address and its tag.
  static func created(at location: String, _ tag: EntityTag, _ body: [UInt8]) -> Response {
    Response(
      .created, contentType: .json, fields: [Field("Location", location), tag.field], body: body)
  }
}
