/// The name that a client gives to a request, so that it has one effect however often it is sent.
package struct IdempotencyKey: Hashable, Sendable {
  /// How many characters a key has.
  package static let allowedLength = 1...255

  /// The key as the client wrote it.
  package let value: String

  /// A key; nil unless all of its characters are printable ASCII.
  package init?(_ value: String) {
    let characters = value.utf8
    guard Self.allowedLength.contains(characters.count),
      characters.allSatisfy({ 0x20...0x7E ~= $0 })
    else { return nil }
    self.value = value
  }
}

/// A request that has a key.
package struct KeyedRequest: Sendable {
  /// The parts that two requests must share to count as the same request.
  package struct Identity: Hashable, Sendable {
    /// The number of the first token of the caller's line of rotations, so that a key survives a
    /// rotation; nil without a token.
    package let token: Int?
    /// The name of the contract.
    package let contract: String
    /// The HTTP method.
    package let method: String
    /// The path below the contract's mount.
    package let path: String
    /// The client's key.
    package let key: IdempotencyKey

    /// An identity, each part given.
    package init(
      token: Int?, contract: String, method: String, path: String, key: IdempotencyKey
    ) {
      self.token = token
      self.contract = contract
      self.method = method
      self.path = path
      self.key = key
    }

    /// The key alone is different for nearly all requests.
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
  }

  package let identity: Identity
  /// Its whole content. The same identity with other content is a mistake of the client.
  package let content: [UInt8]

  /// A request, each part given.
  package init(_ identity: Identity, content: [UInt8]) {
    self.identity = identity
    self.content = content
  }
}

/// An answer as it is stored in the transaction of its effect.
package struct StoredAnswer: Equatable, Sendable {
  /// The status code.
  package let status: Int
  /// The media type of the body, if it has one.
  package let contentType: String?
  /// Further header fields, one on each line.
  package let fields: String
  /// The content.
  package let body: [UInt8]

  /// An answer, each part given.
  package init(status: Int, contentType: String?, fields: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }
}

/// The outcome of a request that has a key.
package enum KeyedOutcome: Equatable, Sendable {
  /// It was done now, or refused with an answer that was stored.
  case answered(StoredAnswer)
  /// It had been answered before.
  case replayed(StoredAnswer)
  /// The key belongs to a different request.
  case otherRequest
  /// The same request is under way, and waiting for it took too long.
  case underWay
}
