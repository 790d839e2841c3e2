/// The carrier of an order, and its tracking number.
package struct Shipping: Equatable, Sendable {
  /// How many characters either may have.
  package static let allowedLength = 1...255

  /// The carrier, if it is known.
  package let carrier: String?
  /// The carrier's number of the shipment, if it is known.
  package let trackingNumber: String?

  /// What is known of the shipping.
  package init(carrier: String?, trackingNumber: String?) {
    self.carrier = carrier
    self.trackingNumber = trackingNumber
  }
}

/// A carrier's number of a shipment, as it is searched for.
package struct TrackingNumber: ExactText {
  /// How many characters a number may have.
  package static let allowedLength = Shipping.allowedLength

  /// The number as it was given.
  package let value: String

  /// The number, or nil when the text has too few or too many characters.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength) else { return nil }
    value = text
  }
}

/// A change of an order's shipping.
package struct ShippingChange: Equatable, Sendable {
  package let carrier: FieldChange<String>
  /// The carrier's number.
  package let trackingNumber: FieldChange<String>

  /// A change, or nil when it changes nothing or a text is not allowed.
  package init?(carrier: FieldChange<String>, trackingNumber: FieldChange<String>) {
    guard carrier != .keep || trackingNumber != .keep else { return nil }
    for case .set(let text) in [carrier, trackingNumber] {
      guard text.isText(Shipping.allowedLength) else { return nil }
    }
    self.carrier = carrier
    self.trackingNumber = trackingNumber
  }
}
