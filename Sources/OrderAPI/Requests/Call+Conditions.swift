import HTTP

/// Conditions on the version of a resource (RFC 9110 section 13).
extension Call {
  /// The answer with a resource: 304 when the caller has this version already, else 200.
  func answer(
    _ tag: EntityTag, _ contentType: ContentType = .json, fields: [Field] = [],
    body: () -> [UInt8]
  ) -> Response {
    let fields = [tag.field] + fields
    return request.has(tag)
      ? Response(.notModified, fields: fields)
      : Response(.ok, contentType: contentType, fields: fields, body: body())
  }

  /// The only version that may be changed; nil when any may be.
  ///
  /// Where If-Match has several tags, the current version is looked up, and is returned if it is
  /// one of them. If the resource does not exist, `current` throws that it does not, whatever the
  /// condition is.
  func requiredVersion(
    current: () async throws -> Int
  ) async throws -> Int? {
    guard request.hasField("if-match") else { return nil }
    let versions: [Int]
    switch EntityTagCondition(request.fields("if-match")) {
    case .any: return nil
    case .tags(let strong, _): versions = strong.compactMap(\.version)
    case nil: versions = []
    }
    guard versions.count > 1 else { return versions.first ?? Self.never }
    let version = try await current()
    return versions.contains(version) ? version : Self.never
  }

  /// A version that nothing has: versions begin with 1.
  private static let never = 0
}
