extension Response {
  /// Adds the fields that say that the body is compressed, and changes the tag accordingly.
  package mutating func markCompressed() {
    markTags()
    fields.append(Field("Content-Encoding", "gzip"))
  }

  /// Changes the tag to that of the compressed form.
  package mutating func markTags() {
    fields = fields.map { field in
      guard field.isEntityTag, field.value.hasSuffix("\"") else { return field }
      return Field(field.name, field.value.dropLast() + EntityTag.gzipMark + "\"")
    }
  }
}

extension Field {
  /// Tells caches that one address has answers in several codings.
  package static let variesByCoding = Field("Vary", "Accept-Encoding")
}
