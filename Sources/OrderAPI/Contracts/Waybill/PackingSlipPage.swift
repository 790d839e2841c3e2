import HTTP
import JSON
import Orders

/// A packing slip as a page to print. It loads nothing: its style stands in it, and the policy
/// allows that style alone.
struct PackingSlipPage {
  /// The SHA-256 of `style`, by which the policy knows it; a test compares both.
  static let styleHash = "H3rsZJpKy/b4gLspKt07/ZQwUKJVbT/AlW0b1Suo4l0="

  static let style = """
    :root { color-scheme: light; }
    body { margin: 2rem auto; max-width: 46rem; padding: 0 1.5rem; background: #fff; color: #1d2733;
      font: 15px/1.5 system-ui, sans-serif; }
    h1 { margin: 0; font-size: 1.6rem; }
    h2 { margin: 0 0 .2rem; font-size: .8rem; color: #5b6875; text-transform: uppercase; }
    header, .parties { display: flex; gap: 2.5rem; justify-content: space-between; }
    header { align-items: baseline; border-bottom: 2px solid #1d2733; padding-bottom: .6rem; }
    header p { margin: 0; }
    .parties { margin: 1.2rem 0; }
    .parties section { flex: 1; }
    address, .text { font-style: normal; white-space: pre-wrap; overflow-wrap: anywhere; }
    .note { margin: 1.2rem 0; padding: .6rem .9rem; border: 1px solid #1d2733; }
    dl { display: grid; grid-template-columns: auto 1fr; gap: .1rem .8rem; margin: 0; }
    dt { color: #5b6875; }
    dd { margin: 0; overflow-wrap: anywhere; }
    table { width: 100%; border-collapse: collapse; }
    th, td { padding: .4rem .5rem; text-align: left; vertical-align: top;
      border-bottom: 1px solid #c8d0d8; overflow-wrap: anywhere; }
    .units { width: 5rem; text-align: right; white-space: nowrap;
      font-variant-numeric: tabular-nums; }
    .id { color: #5b6875; font: .85em ui-monospace, monospace; }
    @media print {
      @page { margin: 15mm; }
      body { margin: 0; max-width: none; padding: 0; font-size: 11pt; }
      thead { display: table-header-group; }
      tr, .note, .parties { break-inside: avoid; }
    }

    """

  /// What the page may load: nothing but its style.
  let fields = [
    Field(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'sha256-\(styleHash)'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'"),
    Field("Referrer-Policy", "no-referrer"),
  ]

  private let slip: PackingSlip
  private let address: Address?
  private let lines: [Line]

  /// The goods of one line, read from the document that the database has rendered.
  private struct Line {
    let product: String?
    let name: String?
    let quantity: Int
    let shipped: Int
    let toShip: Int
    let inShipment: Int?
  }

  init(_ slip: PackingSlip) throws(OrderError) {
    self.slip = slip
    do throws(JSONFailure) {
      address = try slip.order.extras.shipTo.map { (json) throws(JSONFailure) in
        try JSONReader.decode(json) { body throws(JSONInvalid) in try Address(reading: body) }
      }
      lines = try JSONReader.decodeValue(slip.lines, unknownFields: .ignored) {
        (root) throws(JSONInvalid) in
        root.objects { line in
          Line(
            product: line["product_id"].optional?.string(), name: line["name"].optional?.string(),
            quantity: line["quantity"].integer(), shipped: line["shipped"].integer(),
            toShip: line["to_ship"].integer(), inShipment: line["in_shipment"].optional?.integer())
        }
      }
    } catch {
      // Address and lines are ours, so this is not the caller's mistake.
      throw .failure(detail: "the packing slip of order \(slip.order.id): \(error)")
    }
  }

  /// The page.
  var html: [UInt8] {
    Array(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Packing slip of order \(slip.order.number)</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <header><h1>Packing slip</h1><p>Order \(slip.order.number)\(parcel)</p></header>
      <div class="parties">
      <section><h2>Ship to</h2>
      <address dir="auto">\(shipTo.escapedForHTML)</address></section>
      <section><h2>Order</h2>
      <dl>\(facts)</dl></section>
      </div>
      \(note)
      <table>
      <thead><tr><th>Item</th>\(headings)</tr></thead>
      <tbody>
      \(lines.map(row).joined(separator: "\n"))
      </tbody>
      </table>
      </body>
      </html>

      """.utf8)
  }

  private var parcel: String { slip.shipment.map { ", parcel \($0.number)" } ?? "" }

  private var shipTo: String {
    guard let address else { return "Nobody has said." }
    let town = [address.postalCode, address.city].compactMap(\.self).joined(separator: " ")
    return
      ([address.name, address.company] + address.lines
      + [town, address.region, address.country.value, address.phone])
      .compactMap(\.self).joined(separator: "\n")
  }

  private var facts: String {
    let shipping = slip.shipment?.shipping
    let facts: [(String, String?)] = [
      ("Placed", String(slip.order.createdAt.rfc3339.prefix(10))),
      ("Reference", slip.order.reference), ("Customer", slip.order.customer),
      ("Shipped", slip.shipment.map { String($0.createdAt.rfc3339.prefix(10)) }),
      ("Carrier", shipping?.carrier), ("Tracking number", shipping?.trackingNumber),
    ]
    return facts.compactMap { name, value in
      value.map { "<dt>\(name)</dt><dd dir=\"auto\">\($0.escapedForHTML)</dd>" }
    }.joined(separator: "\n")
  }

  private var note: String {
    guard let note = slip.order.extras.note else { return "" }
    return """
      <section class="note"><h2>Note</h2>
      <div class="text" dir="auto">\(note.escapedForHTML)</div></section>
      """
  }

  private var headings: String {
    (["Ordered"] + (slip.shipment == nil ? [] : ["In this parcel"]) + ["Shipped", "To ship"])
      .map { "<th class=\"units\">\($0)</th>" }.joined()
  }

  private func row(_ line: Line) -> String {
    let name = line.name ?? (line.product == nil ? "Item" : "")
    let id = line.product.map { " <span class=\"id\">\($0.escapedForHTML)</span>" } ?? ""
    let units = [line.quantity, line.inShipment, line.shipped, line.toShip].compactMap(\.self)
    return """
      <tr><td dir="auto">\(name.escapedForHTML)\(id)</td>\
      \(units.map { "<td class=\"units\">\($0)</td>" }.joined())</tr>
      """
  }
}
