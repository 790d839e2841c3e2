/// What an order may have besides its lines. It keeps the form in which it is stored, as it is only
/// shown.
package struct OrderExtras: Sendable {
  /// How many characters a note may have.
  package static let allowedNoteLength = 1...2_000
  /// How many tags an order may have.
  package static let allowedTags = 0...20
  /// How many texts a client may keep with an order.
  package static let allowedMetadata = 0...20
  /// How many characters the key of such a text may have.
  package static let allowedKeyLength = 1...40
  /// How many characters such a text may have.
  package static let allowedMetadataLength = 0...200

  /// Where it goes, as JSON.
  package let shipTo: [UInt8]?
  /// What the warehouse should know.
  package let note: String?
  /// The tags, as a JSON array.
  package let tags: [UInt8]?
  /// What clients keep with it, as a JSON object.
  package let metadata: [UInt8]?

  /// What is stored with an order.
  package init(
    shipTo: [UInt8]? = nil, note: String? = nil, tags: [UInt8]? = nil, metadata: [UInt8]? = nil
  ) {
    self.shipTo = shipTo
    self.note = note
    self.tags = tags
    self.metadata = metadata
  }
}

/// What a caller says of an order beside its lines.
package struct ExtrasChange: Equatable, Sendable {
  /// A JSON object of those of `ship_to`, `note`, `tags` and `metadata` that were given, each
  /// checked when it was read. `null` clears a value.
  package let json: String

  /// A change whose members have been checked.
  package init(json: String) { self.json = json }
}

/// A word by which clients sort orders.
package struct OrderTag: ExactText {
  /// How many characters a tag may have.
  package static let allowedLength = 1...50

  /// The tag as it was given.
  package let value: String

  /// The tag, or nil when it has too few or too many characters.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}
