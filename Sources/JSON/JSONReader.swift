/// Decodes documents into types, collecting every violation instead of the first.
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
/// A read that fails records its violation and returns a stand-in of the right type, so that the
/// next field is read too. The decoding then throws whatever the closure made of it: a stand-in
/// never leaves. Do not index into an array that was read; it is empty when it was not one.
package enum JSONReader {
  /// Decodes a document whose root is an object.
  package static func decode<Value>(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields = .refused,
    _ read: (JSONObject) throws(JSONInvalid) -> Value
  ) throws(JSONFailure) -> Value {
    try decodeValue(bytes, unknownFields: unknownFields) { root throws(JSONInvalid) in
      try root.object(read)
    }
  }

  /// Decodes a document whose root may be anything.
  package static func decodeValue<Value>(
    _ bytes: [UInt8], unknownFields: JSONUnknownFields = .refused,
    _ read: (JSONField) throws(JSONInvalid) -> Value
  ) throws(JSONFailure) -> Value {
    let document = try JSONDocument.parse(bytes, unknownFields: unknownFields)
    let value: Value?
    do {
      value = try read(document.root)
    } catch {
      value = nil
    }
    try document.throwViolations()
    // Only recording a violation makes a JSONInvalid, so without one there is a value.
    return value!
  }
}

/// Ends the decoding of a value early; its violation is recorded already.
package struct JSONInvalid: Error {}
