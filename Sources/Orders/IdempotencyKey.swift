/// What a client calls one request of his, so that it has one effect however often it is sent.
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
  /// Whose, where and which: what two requests must share to be one.
  package struct Name: Hashable, Sendable {
    /// The number of the token of who asks; nil when nobody said.
    package let token: Int?
    /// Which contract is asked.
    package let contract: String
    /// What is asked to be done.
    package let method: String
    /// To what, below the contract's mount.
    package let path: String
    /// What the client calls it.
    package let key: IdempotencyKey

    /// A name, each part given.
    package init(
      token: Int?, contract: String, method: String, path: String, key: IdempotencyKey
    ) {
      self.token = token
      self.contract = contract
      self.method = method
      self.path = path
      self.key = key
    }
  }

  /// What it is known by.
  package let name: Name
  /// All it says: the same name with another content is a mistake.
  package let content: [UInt8]

  /// A request, each part given.
  package init(_ name: Name, content: [UInt8]) {
    self.name = name
    self.content = content
  }
}

/// An answer as it is kept beside its effect.
package struct StoredAnswer: Equatable, Sendable {
  /// The status code.
  package let status: Int
  /// The media type of the body, if it has one.
  package let contentType: String?
  /// Further fields, a line for each.
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

/// What became of a request that has a key.
package enum KeyedOutcome: Equatable, Sendable {
  /// It was done now, or refused for a reason that is kept.
  case answered(StoredAnswer)
  /// It had been answered before.
  case replayed(StoredAnswer)
  /// The key is that of another request.
  case otherRequest
  /// A twin of it is under way and took too long to wait for.
  case underWay
}
