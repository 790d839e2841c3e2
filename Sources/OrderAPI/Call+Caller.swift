import HTTP
import Orders

extension Call {
  /// The token that says who asks (RFC 6750 section 2.1); one that is said twice says nothing.
  func bearerToken() throws(Failure) -> BearerToken {
    let fields = request.fields("authorization")
    guard let field = fields.first else { throw .unauthenticated(hasToken: false) }
    let words = field.split(separator: " ")
    guard fields.count == 1, words.count == 2, words[0].lowercased() == "bearer",
      let token = BearerToken(String(words[1]))
    else { throw .unauthenticated(hasToken: true) }
    return token
  }
}
