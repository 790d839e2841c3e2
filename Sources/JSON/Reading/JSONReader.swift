/// Decodes documents into types and reports all violations, not only the first.
///
///     let order = try JSONReader.decode(body) { json in
///       NewOrder(
///         customer: json["customer_id"].string(length: 1...64),
///         reference: json["reference"].optional?.string(length: 1...64),
///         lines: json["items"].objects(count: 1...100) { item in
///           Line(quantity: item["quantity"].integer(in: 1...1_000_000))
///         })
///     }
///
/// A read that fails records a violation and returns a placeholder of the right type, so that the
/// next field is read too. The decoding then throws, whatever the closure returned. An array that
/// could not be read is empty, so do not access its items by index.
public enum JSONReader {
  /// Decodes a document whose root is an object.
  public static func decode<Value>(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields = .refused,
    bytesMax: Int = JSONLimits.documentBytes,
    _ read: (JSONObject) throws(JSONInvalid) -> Value
  ) throws(JSONFailure) -> Value {
    try decodeValue(bytes, unknownFields: unknownFields, bytesMax: bytesMax) {
      root throws(JSONInvalid) in
      try root.object(read)
    }
  }

  /// Decodes a document whose root may be any value.
  public static func decodeValue<Value>(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields = .refused,
    bytesMax: Int = JSONLimits.documentBytes,
    _ read: (JSONField) throws(JSONInvalid) -> Value
  ) throws(JSONFailure) -> Value {
    let document = try JSONDocument.parse(
      bytes, unknownFields: unknownFields, bytesMax: bytesMax)
    let value: Value?
    do {
      value = try read(document.root)
    } catch {
      value = nil
    }
    try document.throwViolations()
    // JSONInvalid is only thrown after a violation was recorded, so there is a value.
    return value!
  }
}

/// Ends the decoding of a value early; the violation has been recorded before.
public struct JSONInvalid: Error {}
