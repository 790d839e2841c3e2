/// A statement whose text comes only from literals in the source and whose values are only ever
/// parameters: `"SELECT name FROM products WHERE id = \(id)"`.
///
/// The text is not built when the statement is: it is known by the addresses of its literals, and
/// made once for each connection, when the statement is prepared there.
package struct SQL: Sendable {
  private(set) var shape = Shape()
  private(set) var values: [SQLValue] = []

  /// Text that is nobody's literal, for administration and migrations. It is sent as it stands.
  package init(unsafeText text: String) { shape.append(.unsafe(text)) }

  /// Adds a further piece to the end, with its parameters.
  package mutating func append(_ fragment: SQL) {
    shape.append(fragment.shape)
    values.append(contentsOf: fragment.values)
  }

  /// The text with `$1`, `$2` … where the parameters go, and the type of each.
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
  /// Gathers the literals and the values of an interpolated statement.
  package struct StringInterpolation: StringInterpolationProtocol {
    /// Only text that stands in the source.
    package typealias StringLiteralType = StaticString

    fileprivate var sql = SQL(shape: Shape(), values: [])

    /// An empty statement with room for what will come.
    package init(literalCapacity: Int, interpolationCount: Int) {
      sql.shape.reserve(2 * interpolationCount + 1)
      sql.values.reserveCapacity(interpolationCount)
    }

    /// Takes text from the source.
    package mutating func appendLiteral(_ literal: StaticString) {
      sql.shape.append(.literal(Literal(literal)))
    }

    /// The only way a value gets in: as the next `$n`, never as text.
    package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value) {
      sql.shape.append(.parameter(Value.sqlType))
      sql.values.append(value.sqlValue)
    }

    /// A value that may be missing: the next `$n`, NULL when it is.
    package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
      sql.shape.append(.parameter(Value.sqlType))
      sql.values.append(value.sqlValue)
    }

    /// Splices a fragment, with its parameters.
    package mutating func appendInterpolation(_ fragment: SQL) { sql.append(fragment) }
  }

  /// A statement without parameters.
  package init(stringLiteral literal: StaticString) { shape.append(.literal(Literal(literal))) }

  /// The statement that was gathered.
  package init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }
}

extension SQL {
  /// What two statements must share to be one prepared statement: the same literals, and
  /// parameters of the same types between them.
  struct Shape: Hashable, Sendable {
    private(set) var segments: [Segment] = []
    /// Mixes the segments as they come, so that looking a statement up hashes one word.
    private var fingerprint: UInt64 = 0
    /// False once text came in that no literal stands for: there is no end to such statements.
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

  /// A literal of the program, known by where it lies: memory that never moves or changes.
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
