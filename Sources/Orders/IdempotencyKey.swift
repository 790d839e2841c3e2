/// What a client calls one request of his, so that it has one effect however often it is sent.
public struct IdempotencyKey: Hashable, Sendable {
  /// How many characters a key has.
  public static let allowedLength = 1...255

  /// The key as the client wrote it.
  public let value: String

  /// A key; nil unless all of its characters are printable ASCII.
  public init?(_ value: String) {
    let characters = value.utf8
    guard Self.allowedLength.contains(characters.count),
      characters.allSatisfy({ 0x20...0x7E ~= $0 })
    else { return nil }
    self.value = value
  }
}

/// A request that has a key.
public struct KeyedRequest: Sendable {
  /// Whose, where and which: what two requests must share to be one.
  public struct Name: Hashable, Sendable {
    /// The number of the token of who asks; nil when nobody said.
    public let token: Int?
    /// Which contract is asked.
    public let contract: String
    /// What is asked to be done.
    public let method: String
    /// To what, below the contract's mount.
    public let path: String
    /// What the client calls it.
    public let key: IdempotencyKey

    /// A name, each part given.
    public init(
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
  public let name: Name
  /// All it says: the same name with another content is a mistake.
  public let content: [UInt8]

  /// A request, each part given.
  public init(_ name: Name, content: [UInt8]) {
    self.name = name
    self.content = content
  }
}

/// An answer as it is kept beside its effect.
public struct KeptAnswer: Equatable, Sendable {
  /// The status code.
  public let status: Int
  /// The media type of the body, if it has one.
  public let contentType: String?
  /// Further fields, a line for each.
  public let fields: String
  /// The content.
  public let body: [UInt8]

  /// An answer, each part given.
  public init(status: Int, contentType: String?, fields: String, body: [UInt8]) {
    self.status = status
    self.contentType = contentType
    self.fields = fields
    self.body = body
  }
}

/// What became of a request that has a key.
public enum KeyedOutcome: Equatable, Sendable {
  /// It was done now, or refused for a reason that is kept.
  case answered(KeptAnswer)
  /// It had been answered before.
  case replayed(KeptAnswer)
  /// The key is that of another request.
  case otherRequest
  /// A twin of it is under way and took too long to wait for.
  case underWay
}
