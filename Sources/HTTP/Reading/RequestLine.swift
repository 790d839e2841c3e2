/// The parsed first line of a request (RFC 9112 section 3).
struct RequestLine: StartLine {
  /// The bytes of the method as one number, see `word`; 0 when there are more than eight.
  let methodWord: UInt64
  let methodBytes: Int
  let version: Version
  /// A range of the head. An empty one stands for the asterisk (see `Request.path`).
  var path = 0..<0
  var query: Range<Int>?
  /// The authority of a target in absolute form.
  var authority: Range<Int>?

  static func check(firstByte: UInt8) throws(Rejection) {
    guard firstByte.isToken else {
      throw firstByte == ASCII.lineFeed ? .bareLineFeed : .badMethod
    }
  }

  init(_ bytes: Span<UInt8>, _ line: Range<Int>, limits: MessageLimits) throws(Rejection) {
    let methodEnd = try Self.tokenEnd(bytes, line)
    guard line.upperBound - methodEnd > 10, bytes[line.upperBound - 9] == ASCII.space else {
      throw .badRequestLine
    }
    guard methodEnd - line.lowerBound <= limits.methodBytesMax else { throw .methodTooLong }
    version = try Version(bytes, at: line.upperBound - 8)
    methodBytes = methodEnd - line.lowerBound
    methodWord = methodBytes > 8 ? 0 : bytes.word(line.lowerBound..<methodEnd)
    if methodWord == Self.connect { throw .connectRefused }

    let target = (methodEnd + 1)..<(line.upperBound - 9)
    let question = try Self.checkTarget(bytes, target)
    if bytes[target.lowerBound] == ASCII.slash {
      path = target.lowerBound..<(question ?? target.upperBound)
    } else if methodWord != Self.options || !bytes.equals("*", in: target) {
      try takeAbsoluteForm(bytes, target, question)
    }
    if let question { query = (question + 1)..<target.upperBound }
  }

  /// The end of the method; a single space must follow.
  @inline(__always)
  private static func tokenEnd(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(Rejection) -> Int {
    var index = line.lowerBound
    while index < line.upperBound, bytes[index].isToken { index += 1 }
    guard index > line.lowerBound else { throw .badMethod }
    guard index < line.upperBound else { throw .badRequestLine }
    guard bytes[index] == ASCII.space else { throw .badMethod }
    return index
  }

  /// Rejects invalid targets; returns the index of the first question mark.
  ///
  /// Browsers leave a few characters unescaped that RFC 3986 does not allow (`|`, `{`, `"`). They
  /// are accepted, because they end no part of a target. A fragment is rejected: clients must not
  /// send it.
  @inline(__always)
  private static func checkTarget(
    _ bytes: Span<UInt8>, _ target: Range<Int>
  ) throws(Rejection) -> Int? {
    let isSuspicious = bytes.mayContain(in: target) { word in
      word.bytes(below: 0x21) | word.bytes(equal: ASCII.hash) | word.bytesBeyondASCII
    }
    if isSuspicious {
      for index in target {
        if bytes[index] == ASCII.space { throw .badRequestLine }
        if bytes[index] &- 0x21 > 0x5D || bytes[index] == ASCII.hash { throw .badTarget }
      }
    }
    return bytes.firstIndex(of: ASCII.questionMark, in: target)
  }

  /// `http://authority/path`, which is sent to proxies; servers must accept it too (section 3.2.2).
  private mutating func takeAbsoluteForm(
    _ bytes: Span<UInt8>, _ target: Range<Int>, _ question: Int?
  ) throws(Rejection) {
    let start = target.lowerBound
    let schemeEnd: Int
    if target.count > 7, bytes.equals("http://", in: start..<(start + 7)) {
      schemeEnd = start + 7
    } else if target.count > 8, bytes.equals("https://", in: start..<(start + 8)) {
      schemeEnd = start + 8
    } else {
      throw .badTarget
    }
    let pathEnd = question ?? target.upperBound
    let slash = bytes.firstIndex(of: ASCII.slash, in: schemeEnd..<max(schemeEnd, pathEnd))
    let authority = schemeEnd..<(slash ?? pathEnd)
    guard Authority.isValid(bytes, authority) else { throw .badHost }
    self.authority = authority
    if let slash {
      path = slash..<pathEnd
    } else if methodWord != Self.options || question != nil {
      // An empty path means `/`: the range of the second slash of `http://`. For OPTIONS it is `*`.
      path = (schemeEnd - 1)..<schemeEnd
    }
  }
}

extension RequestLine {
  private static let connect: UInt64 = 0x43_4F4E_4E45_4354
  private static let options: UInt64 = 0x4F_5054_494F_4E53

  /// The method; `head` begins with this line.
  @inline(__always)
  func method(in head: [UInt8]) -> Method {
    switch methodWord {
    case 0x47_4554: .get
    case 0x4845_4144: .head
    case 0x504F_5354: .post
    case 0x50_5554: .put
    case 0x50_4154_4348: .patch
    case 0x4445_4C45_5445: .delete
    case Self.options: .options
    case 0x54_5241_4345: .trace
    default: .other(String(decoding: head[..<methodBytes], as: UTF8.self))
    }
  }
}

extension Span<UInt8> {
  /// Up to eight bytes as one number, the first byte highest.
  @inline(__always)
  fileprivate func word(_ range: Range<Int>) -> UInt64 {
    var word: UInt64 = 0
    for index in range { word = word << 8 | UInt64(self[index]) }
    return word
  }
}

extension Version {
  /// Reads the eight bytes at `start`.
  @inline(__always)
  init(_ bytes: Span<UInt8>, at start: Int) throws(Rejection) {
    let word = bytes.word(start..<(start + 8))
    switch word {
    case 0x4854_5450_2F31_2E31: self = .http11
    case 0x4854_5450_2F31_2E30: self = .http10
    default:
      guard word >> 24 == 0x48_5454_502F, bytes[start + 5].isDigit,
        bytes[start + 6] == 0x2E, bytes[start + 7].isDigit
      else { throw .badVersion }
      guard bytes[start + 5] == ASCII.zero + 1 else { throw .versionNotSupported }
      self = .http11
    }
  }
}
