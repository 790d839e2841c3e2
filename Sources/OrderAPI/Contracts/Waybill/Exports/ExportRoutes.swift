import HTTP
import OrderStore
import Orders

/// Whole lists as streams, in the own API.
enum ExportRoutes {
  static let routes = ExportKind.allCases.map { kind in
    Route(
      .get, PathPattern("/exports/\(kind.rawValue)"), About.of(kind), access: kind.access,
      reads: .anyCopy, follows: { _ in true }
    ) { call, services in
      try await answer(call, services, kind)
    }
  }

  private static func answer(
    _ call: Call, _ services: Services, _ kind: ExportKind
  ) async throws -> Response {
    let source = ExportSource(
      orders: services.orders, products: services.products, customers: services.customers,
      feed: services.feed.feed)
    let export = try await source.export(
      kind,
      ExportRequest(
        parameters: try Parameters(
          call.request.query, known: call.route.description.queryNames),
        preferred: { () throws(Failure) in try call.form(of: [.ndjson, .csv]) },
        place: try services.exportPlaces.take(for: call.caller?.token),
        loop: services.feed.loop,
        isAdmitted: { await call.isStillAdmitted(by: services) },
        copies: try services.copies.map { ($0, call.reader, try call.wantedPosition()) }))
    let ending = export.type.value == ContentType.csv.value ? "csv" : "ndjson"
    var response = Response(
      .ok, contentType: export.type,
      fields: [
        Field("Waybill-Cursor", export.cursor.description), .variesByForm,
        Field("Content-Disposition", "attachment; filename=\"\(kind.rawValue).\(ending)\""),
      ])
    response.stream = export.body
    return response
  }
}
