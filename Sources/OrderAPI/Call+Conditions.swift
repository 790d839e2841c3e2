import HTTP

/// Conditions on the version of what is asked for (RFC 9110 section 13). An entity tag is the
/// version in quotes: it moves by one with every change, whoever makes it.
extension Call {
  /// Whether the caller has this version already.
  func hasVersion(_ version: Int) -> Bool {
    callerHas(EntityTag(version: version))
  }

  /// The only version that the change asked for may meet; nil when any will do.
  ///
  /// Of several tags the current version is looked up, as one that is none of them fits no order.
  func requiredVersion(
    current: () async throws -> Int
  ) async throws -> Int? {
    let fields = request.fields("if-match")
    guard !fields.isEmpty, fields != ["*"] else { return nil }
    let versions = fields.flatMap(Self.versions)
    guard versions.count > 1 else { return versions.first ?? Self.never }
    let version = try await current()
    return versions.contains(version) ? version : Self.never
  }

  /// Versions begin with 1.
  private static let never = 0

  /// Weak tags are passed over: they do not say which version they are of.
  private static func versions(_ tags: String) -> [Int] {
    tags.split(separator: ",").compactMap { tag in
      var text = tag.drop { $0 == " " || $0 == "\t" }
      while text.last == " " || text.last == "\t" { text.removeLast() }
      guard text.count > 2, text.first == "\"", text.last == "\"" else { return nil }
      return Int(text.dropFirst().dropLast())
    }
  }
}

extension Field {
  /// The entity tag of a version.
  static func entityTag(_ version: Int) -> Field { EntityTag(version: version).field }
}
