import HTTP
import Orders

extension Request {
  /// The bearer token (RFC 6750 section 2.1). A request with two of them is refused.
  func bearerToken() throws(Failure) -> BearerToken {
    guard let field = fieldBytes("authorization") else {
      throw .unauthenticated(hasToken: false)
    }
    let scheme = "bearer".utf8
    let rest = field.dropFirst(scheme.count)
    guard !isRepeated("authorization"), rest.first == UInt8(ascii: " "),
      // The scheme is compared without regard to case, and it is all letters.
      zip(field, scheme).allSatisfy({ $0 | 0x20 == $1 }),
      let token = BearerToken(rest.drop { $0 == UInt8(ascii: " ") })
    else { throw .unauthenticated(hasToken: true) }
    return token
  }
}
