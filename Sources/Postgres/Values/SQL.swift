/// A statement whose text comes only from literals in the source, and whose interpolated values
/// become parameters: `"SELECT name FROM products WHERE id = \(id)"`.
///
/// A statement is identified by the addresses of its literals. Its text is built only when it is
/// prepared, once for each connection.
public struct SQL: Sendable {
  private(set) var shape = Shape()
  private(set) var values: [SQLValue] = []
  /// Whether the columns come in PostgreSQL's binary format, which costs the server and us less.
  private(set) var isBinary = false

  /// Text that is not a literal, for administration and migrations. It is sent as it is.
  package init(unsafeText text: String) { shape.append(.unsafe(text)) }

  package mutating func append(_ fragment: SQL) {
    shape.append(fragment.shape)
    values.append(contentsOf: fragment.values)
    isBinary = isBinary || fragment.isBinary
  }

  /// The same statement, with columns in the binary format; also those of a statement it becomes
  /// part of.
  ///
  /// `Row` reads integers, texts, JSON, `uuid`, `timestamptz`, `boolean`, `bytea` and `numeric` in
  /// both formats. Columns of other types need a cast to text.
  package var binary: SQL {
    var sql = self
    sql.isBinary = true
    return sql
  }

  /// The text with `$1`, `$2` … for the parameters, and their types.
  func rendered() -> (text: String, types: [SQLType]) {
    var text = ""
    var types: [SQLType] = []
    for segment in shape.segments {
      switch segment {
      case .literal(let literal): literal.append(to: &text)
      case .unsafe(let piece): text += piece
      case .parameter(let type):
        types.append(type)
        text += "$\(types.count)"
      }
    }
    return (text, types)
  }
}

extension SQL: ExpressibleByStringInterpolation {
  public struct StringInterpolation: StringInterpolationProtocol {
    /// `StaticString` allows only literals.
    public typealias StringLiteralType = StaticString

    fileprivate var sql = SQL(shape: Shape(), values: [])

    public init(literalCapacity: Int, interpolationCount: Int) {
      sql.shape.reserve(2 * interpolationCount + 1)
      sql.values.reserveCapacity(interpolationCount)
    }

    public mutating func appendLiteral(_ literal: StaticString) {
      sql.shape.append(.literal(Literal(literal)))
    }

    /// Adds a value as the next parameter, never as text.
    public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value) {
      sql.shape.append(.parameter(Value.sqlType))
      sql.values.append(value.sqlValue)
    }

    public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
      sql.shape.append(.parameter(Value.sqlType))
      sql.values.append(value.sqlValue)
    }

    /// Inserts a fragment with its parameters.
    public mutating func appendInterpolation(_ fragment: SQL) { sql.append(fragment) }
  }

  public init(stringLiteral literal: StaticString) { shape.append(.literal(Literal(literal))) }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }
}

extension SQL {
  /// Identifies a prepared statement: the literals, and the types of the parameters between them.
  struct Shape: Hashable, Sendable {
    private(set) var segments: [Segment] = []
    /// A hash of the segments, computed while they are appended, so that a lookup hashes one word.
    private var fingerprint: UInt64 = 0
    /// False if there is text that is not a literal: the number of such statements has no limit, so
    /// they are not prepared.
    private(set) var isFinite = true

    mutating func reserve(_ count: Int) { segments.reserveCapacity(count) }

    mutating func append(_ segment: Segment) {
      segments.append(segment)
      switch segment {
      case .literal(let literal): mix(UInt64(UInt(bitPattern: literal.start)))
      case .parameter(let type): mix(UInt64(type.oid))
      case .unsafe: isFinite = false
      }
    }

    mutating func append(_ shape: Shape) {
      for segment in shape.segments { append(segment) }
    }

    static func == (left: Shape, right: Shape) -> Bool { left.segments == right.segments }

    func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

    private mutating func mix(_ word: UInt64) {
      fingerprint = (fingerprint ^ word) &* 0x9E37_79B9_7F4A_7C15
      fingerprint ^= fingerprint >> 29
    }
  }

  enum Segment: Hashable, Sendable {
    case literal(Literal)
    case parameter(SQLType)
    case unsafe(String)
  }

  /// A string literal of the program, identified by its address, which never changes.
  struct Literal: Hashable, @unchecked Sendable {
    let start: UnsafePointer<UInt8>
    let count: Int

    init(_ literal: StaticString) {
      precondition(literal.hasPointerRepresentation, "a statement is written as a string literal")
      start = literal.utf8Start
      count = literal.utf8CodeUnitCount
    }

    func append(to text: inout String) {
      text += String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
  }

  private init(shape: Shape, values: [SQLValue]) {
    self.shape = shape
    self.values = values
  }
}
