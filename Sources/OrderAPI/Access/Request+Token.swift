import HTTP
import Orders

extension Request {
  /// The token that says who asks (RFC 6750 section 2.1); one that is said twice says nothing.
  func bearerToken() throws(Failure) -> BearerToken {
    guard let field = fieldBytes("authorization") else {
      throw .unauthenticated(hasToken: false)
    }
    let scheme = "bearer".utf8
    let rest = field.dropFirst(scheme.count)
    guard !isRepeated("authorization"), rest.first == UInt8(ascii: " "),
      // Letter case says nothing, and all of these are letters.
      zip(field, scheme).allSatisfy({ $0 | 0x20 == $1 }),
      let token = BearerToken(rest.drop { $0 == UInt8(ascii: " ") })
    else { throw .unauthenticated(hasToken: true) }
    return token
  }
}
