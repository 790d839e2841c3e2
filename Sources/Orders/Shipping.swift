/// Who carries an order, and under which number.
public struct Shipping: Equatable, Sendable {
  /// How many characters either may have.
  public static let allowedLength = 1...255

  /// The carrier, when somebody has said.
  public let carrier: String?
  /// The carrier's number for it, when somebody has said.
  public let trackingNumber: String?

  /// What is known of the shipping.
  public init(carrier: String?, trackingNumber: String?) {
    self.carrier = carrier
    self.trackingNumber = trackingNumber
  }
}

/// What is to be changed about an order's shipping.
public struct ShippingChange: Equatable, Sendable {
  /// The carrier.
  public let carrier: FieldChange<String>
  /// The carrier's number.
  public let trackingNumber: FieldChange<String>

  /// A change, or nil when it changes nothing or a text is not what it may be.
  public init?(carrier: FieldChange<String>, trackingNumber: FieldChange<String>) {
    guard carrier != .keep || trackingNumber != .keep else { return nil }
    for case .set(let text) in [carrier, trackingNumber] {
      guard text.isText(Shipping.allowedLength) else { return nil }
    }
    self.carrier = carrier
    self.trackingNumber = trackingNumber
  }
}
