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

/// What becomes of a value that somebody may give, take away, or leave alone.
public enum Change: Equatable, Sendable {
  /// It stays.
  case keep
  /// It becomes this; nil when nothing is known any more.
  case set(String?)
}

/// What is to be changed about an order's shipping.
public struct ShippingChange: Equatable, Sendable {
  /// The carrier.
  public let carrier: Change
  /// The carrier's number.
  public let trackingNumber: Change

  /// A change, or nil when it changes nothing or a text is not what it may be.
  public init?(carrier: Change, trackingNumber: Change) {
    guard carrier != .keep || trackingNumber != .keep else { return nil }
    for case .set(let text?) in [carrier, trackingNumber] where !text.isText(Shipping.allowedLength)
    {
      return nil
    }
    self.carrier = carrier
    self.trackingNumber = trackingNumber
  }
}
