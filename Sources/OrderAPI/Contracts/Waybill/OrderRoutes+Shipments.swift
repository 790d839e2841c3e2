import HTTP
import JSON
import OrderStore
import Orders

/// Parcels, and what is put beside the goods in them.
extension OrderRoutes {
  static func send(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let parcel = try call.body(NewShipment.init(reading:))
    let version = try await requiredVersion(call, services, key)
    return answer(
      try await services.orders.send(key, parcel, version: version, in: call.scope, by: call.actor))
  }

  static func shipments(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    _ = try call.form(of: [.json])
    let (size, position) = try call.query { $0.page { Cursor.position($0, list: "shipments") } }
    let page = try await services.orders.shipments(
      of: key, in: call.scope, after: position, size: size)
    return .json(
      .ok, JSONWriter.page(page) { call.next(Cursor.text(list: "shipments", position: $0)) })
  }

  static func packingSlip(_ call: Call, _ services: Services) async throws -> Response {
    let key = try key(call)
    let form = try call.form(of: [.json, .html])
    let number = try call.query { PackingSlipQuery(reading: &$0) }.shipment
    guard
      let slip = try await services.orders.packingSlip(of: key, shipment: number, in: call.scope)
    else { throw Failure.notFound("shipment \(number ?? 0) of this order") }
    if form.value == ContentType.html.value {
      let page = try PackingSlipPage(slip)
      return call.answer(
        EntityTag("\(slip.order.version)-html"), .html, fields: [.variesByForm] + page.fields
      ) { page.html }
    }
    return call.answer(slip.order.tag, fields: [.variesByForm]) {
      JSONWriter.object(reserving: 1_024) { slip.write(to: &$0) }
    }
  }
}

/// What a packing slip is asked for.
struct PackingSlipQuery {
  /// The shipment that it is for.
  let shipment: Int?

  init(reading query: inout some QueryFields) {
    shipment = query.integer(
      "shipment", in: NewShipment.allowedNumber,
      "The slip of this shipment, with what is in it; without it, that of the order as it is now.")
  }
}
