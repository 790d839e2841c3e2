import HTTP

/// Conditions on the state of what is asked for (RFC 9110 section 13).
extension Call {
  /// What is there: 304 when the caller has it already, else 200.
  func answer(
    _ tag: EntityTag, _ contentType: ContentType = .json, fields: [Field] = [],
    body: () -> [UInt8]
  ) -> Response {
    let fields = [tag.field] + fields
    return callerHas(tag)
      ? Response(.notModified, fields: fields)
      : Response(.ok, contentType: contentType, fields: fields, body: body())
  }

  /// Whether the caller has this state already. A weak tag will do: it says that nothing that
  /// matters is different.
  private func callerHas(_ tag: EntityTag) -> Bool {
    guard request.hasField("if-none-match") else { return false }
    switch EntityTagCondition(request.fields("if-none-match")) {
    case nil: return false
    case .any: return true
    case .tags(let strong, let weak): return strong.contains(tag) || weak.contains(tag)
    }
  }

  /// The only version that the change asked for may meet; nil when any will do.
  ///
  /// Of several tags the current version is looked up, as one that is none of them fits nothing.
  /// Where there is nothing to be changed that is what is said, whatever the condition.
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

  /// Versions begin with 1.
  private static let never = 0
}
