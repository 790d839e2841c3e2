import HTTP
import Orders

extension Call {
  /// Whether a repetition of the request gets the same answer and has no second effect. Requests
  /// that only read have no effect anyway.
  var isKeyed: Bool { route.takesKeys && request.hasField("idempotency-key") }

  /// The call under its key. Its path is taken below the contract's mount, because a contract on
  /// its own port is the same contract as below its path on the main port.
  func keyed(below mount: PathPattern) throws(Failure) -> KeyedRequest {
    let fields = request.fields("idempotency-key")
    guard fields.count == 1, let key = IdempotencyKey(fields[0]) else { throw .badIdempotencyKey }
    // A query holds no line feed, so different requests have different contents.
    let query = request.query ?? []
    var content: [UInt8] = []
    content.reserveCapacity(query.count + 1 + request.body.count)
    content += query
    content.append(0x0A)
    content += request.body
    return KeyedRequest(
      .init(
        token: caller?.firstToken, contract: contract.name, method: request.method.name,
        path: request.path(below: mount), key: key),
      content: content)
  }
}

extension StoredAnswer {
  /// What is to be kept of an answer. Addresses are kept relative to the contract's mount, as the
  /// same request may be sent again to another port.
  init(_ response: Response, below mount: PathPattern) {
    assert(
      response.fields.allSatisfy { Field.isKept($0.name.description) },
      "a field that is not among those that are kept")
    self.init(
      status: response.status.code, contentType: response.contentType?.value,
      fields: Self.lines(response.fields, below: mount),
      body: response.bodyForRepetitions ?? response.body)
  }

  /// Fields as they are kept, each in a line.
  private static func lines(_ fields: [Field], below mount: PathPattern) -> String {
    var lines: [UInt8] = []
    lines.reserveCapacity(256)
    for field in fields {
      let field = field.moved(from: mount.base, to: "")
      lines += UnsafeBufferPointer(
        start: field.name.utf8Start, count: field.name.utf8CodeUnitCount)
      lines += ": ".utf8
      lines += field.value.inOneLine.utf8
      lines.append(0x0A)
    }
    return String(decoding: lines, as: UTF8.self)
  }
}

extension Response {
  /// A stored answer.
  init(_ stored: StoredAnswer, below mount: PathPattern) {
    self.init(
      .named(stored.status) ?? Status(stored.status, ""),
      contentType: stored.contentType.flatMap { type in
        Self.types.first { $0.value == type }
      },
      fields: stored.fields.split(separator: "\n").compactMap(Field.init(line:))
        .map { $0.moved(from: "", to: mount.base) },
      body: stored.body)
  }

  private static let types: [ContentType] = [.json, .text, .csv, .html]
}

extension String {
  fileprivate var inOneLine: String {
    utf8.contains(0x0A) ? split(separator: "\n").joined(separator: " ") : self
  }
}

extension Field {
  /// The fields that contracts set when something was changed or refused.
  private static let kept: [StaticString] = [
    "Location", "ETag", "Link", "Vary", "Allow", "Retry-After",
  ]

  fileprivate static func isKept(_ name: String) -> Bool {
    kept.contains { $0.description == name }
  }

  /// The same field, with an address below `base` changed to one below `other`.
  fileprivate func moved(from base: String, to other: String) -> Field {
    guard base != other, isNamed("Location"), value.hasPrefix(base + "/") else { return self }
    return Field(name, other + value.dropFirst(base.count))
  }

  fileprivate init?(line: Substring) {
    guard let colon = line.firstIndex(of: ":"),
      let name = Self.kept.first(where: { $0.description == line[..<colon] })
    else { return nil }
    self.init(name, String(line[colon...].dropFirst(2)))
  }
}
