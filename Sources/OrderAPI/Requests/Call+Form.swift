import HTTP

extension Field {
  /// Tells caches that one address has answers in several forms.
  static let variesByForm = Field("Vary", "Accept")
}

extension Call {
  /// The form of the answer that the caller likes best.
  func form(of offered: [ContentType]) throws(Failure) -> ContentType {
    guard let form = Accept(request.fields("accept")).best(of: offered) else {
      throw .notAcceptable(offered: offered)
    }
    return form
  }
}
