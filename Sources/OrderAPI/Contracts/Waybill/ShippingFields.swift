import JSON
import Orders

// What the own API shows and reads of shipping.

extension Shipping: AnswerObject {
  static let schema = describe("Shipping", "Who carries an order, or a parcel of it.")

  func write(to json: inout some AnswerFields) {
    json.string("carrier", carrier, "Who carries it; null when nobody has said.", "Demo Carrier")
    json.string(
      "tracking_number", trackingNumber,
      "The carrier's number for it; null when nobody has said.", "1234567890")
  }

  static let sample = Shipping(carrier: nil, trackingNumber: nil)
}

extension ShippingChange {
  static let schema = BodySchema.collect(ShippingChange.init(reading:))
    .members(atLeast: 1).about("Who carries an order.").named("ShippingChange")

  init(reading body: some BodyFields) throws(JSONInvalid) {
    let carrier = body.clearable(
      "carrier", .text(Shipping.allowedLength), "Who carries it; absent keeps, null clears.",
      "Demo Carrier")
    let trackingNumber = body.clearable(
      "tracking_number", .text(Shipping.allowedLength),
      "The carrier's number for it; absent keeps, null clears.", "1234567890")
    try body.check()
    guard let change = ShippingChange(carrier: carrier, trackingNumber: trackingNumber) else {
      throw body.refuse("must have a carrier or a tracking_number")
    }
    self = change
  }
}
