import HTTP
import JSON

extension Call {
  /// What `read` makes of a body that is a JSON object; all that is wrong with it at once.
  func body<Value>(
    unknownFields: JSONUnknownFields = .refused,
    _ read: (JSONObject) throws(JSONInvalid) -> Value
  ) throws(Failure) -> Value {
    // Parameters say nothing: JSON is UTF-8 by definition.
    let type = request.field("content-type")?.prefix { $0 != ";" }.lowercased()
    guard type?.split(separator: " ") == ["application/json"] else { throw .notJSON }
    do {
      return try JSONReader.decode(request.body, unknownFields: unknownFields, read)
    } catch {
      throw .badBody(error)
    }
  }
}
