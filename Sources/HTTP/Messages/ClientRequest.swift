/// A request that is sent to another service.
package struct ClientRequest: Sendable {
  package var method: Method
  /// The path and query, already percent-encoded: `/order_process?order_id=a`.
  package var target: String
  /// The host, with its port unless it is 80.
  package var host: String
  package var contentType: ContentType?
  package var fields: [Field]
  package var body: [UInt8]

  package init(
    _ method: Method, _ target: String, host: String, contentType: ContentType? = nil,
    fields: [Field] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.target = target
    self.host = host
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }

  /// Appends the request. Bytes that would end the target early are percent-encoded.
  package func append(to out: inout [UInt8]) {
    out.append(contentsOf: method.name.utf8.filter(\.isToken))
    out.append(ASCII.space)
    for byte in target.utf8 {
      if byte &- 0x21 > 0x5D || byte == ASCII.hash {
        out.append(percentEncoded: byte)
      } else {
        out.append(byte)
      }
    }
    out.append(" HTTP/1.1\r\n")
    out.append(field: "Host", host)
    if let contentType { out.append(field: "Content-Type", contentType.value) }
    if !body.isEmpty || [.post, .put, .patch].contains(method) {
      out.append("Content-Length: ")
      out.append(decimal: body.count)
      out.append("\r\n")
    }
    for field in fields { out.append(field: field.name, field.value) }
    out.append("\r\n")
    out.append(contentsOf: body)
  }
}
