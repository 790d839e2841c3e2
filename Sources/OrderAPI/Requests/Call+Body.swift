import HTTP
import JSON

extension Call {
  /// What `read` makes of a body that is a JSON object. Everything that is wrong with it is thrown
  /// at once.
  func body<Value>(
    unknownFields: JSONUnknownFields = .refused,
    _ read: (JSONObject) throws(JSONInvalid) -> Value
  ) throws(Failure) -> Value {
    guard request.hasJSON else { throw .notJSON }
    guard !request.hasField("content-encoding") || request.hasPlainBody else {
      throw .encodedBody
    }
    do {
      return try JSONReader.decode(
        request.body, unknownFields: unknownFields,
        bytesMax: route.description.body?.bytesMax ?? JSONLimits.documentBytes, read)
    } catch {
      throw .badBody(error)
    }
  }
}

extension Request {
  /// Whether Content-Encoding, if it was sent, names no coding.
  fileprivate var hasPlainBody: Bool {
    fields("content-encoding").allSatisfy { $0.isEmpty || $0.lowercased() == "identity" }
  }

  /// Whether Content-Type says that the body is JSON. It may name a charset, which must be UTF-8,
  /// as JSON always is. Other parameters are ignored.
  var hasJSON: Bool {
    guard let bytes = fieldBytes("content-type") else { return false }
    // As nearly all clients write it.
    if bytes.elementsEqual("application/json".utf8) { return true }
    let field = String(decoding: bytes, as: UTF8.self)
    let parts = field.lowercased().split(separator: ";").map(\.trimmed)
    return parts.first == "application/json"
      && parts.dropFirst().allSatisfy { parameter in
        guard parameter.hasPrefix("charset=") else { return true }
        return ["utf-8", "\"utf-8\""].contains(parameter.dropFirst("charset=".count))
      }
  }
}

extension Substring {
  /// The same without the blanks at its ends.
  fileprivate var trimmed: Substring {
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    let start = drop(while: isBlank)
    return start[..<(start.lastIndex { !isBlank($0) }.map(index(after:)) ?? start.startIndex)]
  }
}
