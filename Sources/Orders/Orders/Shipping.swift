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

/// A change of an order's shipping.
package struct ShippingChange: Equatable, Sendable {
  /// The carrier.
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
