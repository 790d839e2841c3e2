import JSON

/// Checks values against the schemas of a document, as far as our schemas go; patterns and formats
/// are left to a validator that knows them.
struct SchemaCheck {
  let document: JSONValue

  /// What is wrong with a value, each as `path: why`.
  func complaints(_ value: JSONValue, _ schema: JSONValue, at path: String = "") -> [String] {
    if let reference = schema["$ref"]?.text {
      let keys = reference.dropFirst(2).split(separator: "/").map(String.init)
      guard let target = keys.reduce(document, { $0?[$1] }) else {
        return ["\(path): \(reference)"]
      }
      return complaints(value, target, at: path)
    }
    if let choices = schema["anyOf"]?.items {
      let found = choices.map { complaints(value, $0, at: path) }
      return found.contains([]) ? [] : found.flatMap { $0 }
    }
    if let other = schema["not"], complaints(value, other, at: path).isEmpty {
      return ["\(path): \(value.written) is what it must not be"]
    }
    if let condition = schema["if"], let then = schema["then"],
      complaints(value, condition, at: path).isEmpty
    {
      let found = complaints(value, then, at: path)
      guard found.isEmpty else { return found }
    }
    if let constant = schema["const"], constant != value { return ["\(path): not \(constant)"] }
    if let words = schema["enum"]?.items, !words.contains(value) {
      return ["\(path): \(value.written) is none of the words"]
    }
    guard has(value, schema["type"]) else { return ["\(path): \(value.written) of another type"] }
    switch value {
    case .string(let text):
      return bounds(text.unicodeScalars.count, schema, "minLength", "maxLength", path)
    case .number(let text):
      return Double(text).map { bounds($0, schema, "minimum", "maximum", path) } ?? ["\(path): odd"]
    case .array(let items):
      return bounds(items.count, schema, "minItems", "maxItems", path)
        + items.flatMap { complaints($0, schema["items"] ?? [:], at: path + "[]") }
    case .object(let members): return complaints(members, schema, at: path)
    default: return []
    }
  }

  private func complaints(
    _ members: [JSONValue.Member], _ schema: JSONValue, at path: String
  ) -> [String] {
    let names = Set(members.map(\.key))
    let missing = (schema["required"]?.items ?? []).compactMap(\.text)
      .filter { !names.contains($0) }.map { "\(path).\($0): missing" }
    return missing
      + members.flatMap { member -> [String] in
        if let known = schema.at("properties", member.key) {
          return complaints(member.value, known, at: path + "." + member.key)
        }
        return schema["additionalProperties"] == false ? ["\(path).\(member.key): unknown"] : []
      }
  }

  private func has(_ value: JSONValue, _ type: JSONValue?) -> Bool {
    guard let type else { return true }
    let names = type.items?.compactMap(\.text) ?? [type.text ?? ""]
    return switch value {
    case .null: names.contains("null")
    case .boolean: names.contains("boolean")
    case .string: names.contains("string")
    case .array: names.contains("array")
    case .object: names.contains("object")
    case .number(let text):
      names.contains("number") || names.contains("integer") && Int(text) != nil
    }
  }

  private func bounds(
    _ size: Int, _ schema: JSONValue, _ least: String, _ most: String, _ path: String
  ) -> [String] {
    bounds(Double(size), schema, least, most, path)
  }

  private func bounds(
    _ size: Double, _ schema: JSONValue, _ least: String, _ most: String, _ path: String
  ) -> [String] {
    let low = (schema[least]?.written).flatMap(Double.init) ?? -.infinity
    let high = (schema[most]?.written).flatMap(Double.init) ?? .infinity
    return low <= size && size <= high ? [] : ["\(path): \(size) is out of bounds"]
  }
}
