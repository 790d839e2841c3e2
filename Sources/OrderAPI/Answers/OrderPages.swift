import OrderStore
import Orders

/// First pages of lists of orders, as a contract writes them.
///
/// Screens and shop fronts ask for the same lists again and again, and mostly find the orders that
/// were there before. So the texts of those are kept. When the list is asked for again, the
/// database says which orders it has, and in which version; only orders that are new or have
/// changed are read and written. Nothing is answered without the database.
final class OrderPages {
  /// How many bytes of texts are kept; an order has some 600. When there is no room, all are
  /// dropped: that costs each list one page, whereas choosing one to drop would cost a search every
  /// time.
  private static let bytesMax = 4 << 20
  private static let listsMax = 1_024

  struct List: Hashable {
    let filter: OrderFilter
    let size: PageSize
  }

  private struct Text {
    let stamp: OrderStamp
    let position: OrderPosition
    let bytes: [UInt8]
  }

  private let orders: OrderRepository
  private let write: (Order) -> [UInt8]
  private var pages: [List: [OrderID: Text]] = [:]
  private var byteCount = 0
  /// Lists that were asked for once. Most of them never are again, so nothing else is kept of them.
  private var askedOnce: Set<List> = []

  /// `write` makes an order's text.
  init(_ orders: OrderRepository, write: @escaping (Order) -> [UInt8]) {
    self.orders = orders
    self.write = write
  }

  /// The first page of a list; nil when the list was not asked for before, or may look at orders
  /// that are not on the page. `requiringCustomer` is that of `OrderRepository.list`.
  func page(
    _ list: List, requiringCustomer: Bool = false
  ) async throws(OrderError) -> Page<[UInt8], OrderPosition>? {
    guard list.filter.hasStamps else { return nil }
    guard let known = pages[list] else {
      guard noteRequest(for: list) else { return nil }
      return try await readAll(of: list, requiringCustomer)
    }
    let (stamps, hasMore) = try await orders.stamps(list.filter, size: list.size)
    let unknown = stamps.filter { known[$0.id]?.stamp != $0 }
    guard let last = stamps.last, unknown.count <= stamps.count / 2 else {
      return try await readAll(of: list, requiringCustomer)
    }

    var texts = known
    if !unknown.isEmpty {
      let found = try await orders.find(unknown.map(\.id))
      for stamp in unknown {
        // An order that has changed since may no longer belong to the list.
        guard let order = found[stamp.id], order.stamp == stamp else {
          return try await readAll(of: list, requiringCustomer)
        }
        texts[stamp.id] = text(of: order)
      }
      keep(stamps.map { texts[$0.id]! }, of: list)
    }
    return Page(
      entries: stamps.map { texts[$0.id]!.bytes },
      next: hasMore ? texts[last.id]!.position : nil)
  }

  /// Reads a page, and keeps it unless it is empty: then reading it again costs no more.
  private func readAll(
    of list: List, _ requiringCustomer: Bool
  ) async throws(OrderError) -> Page<[UInt8], OrderPosition> {
    let page = try await orders.list(
      list.filter, after: nil, size: list.size, requiringCustomer: requiringCustomer)
    let texts = page.entries.map(text)
    keep(texts, of: list)
    return Page(entries: texts.map(\.bytes), next: page.next)
  }

  /// Notes that a list is asked for; returns whether it was before.
  private func noteRequest(for list: List) -> Bool {
    if askedOnce.count >= Self.listsMax { askedOnce.removeAll(keepingCapacity: true) }
    return !askedOnce.insert(list).inserted
  }

  private func text(of order: Order) -> Text {
    Text(stamp: order.stamp, position: order.position, bytes: write(order))
  }

  private func keep(_ texts: [Text], of list: List) {
    byteCount += Self.bytes(of: texts) - Self.bytes(of: pages[list]?.values)
    if byteCount > Self.bytesMax {
      pages.removeAll(keepingCapacity: true)
      byteCount = Self.bytes(of: texts)
    }
    pages[list] =
      texts.isEmpty ? nil : Dictionary(texts.map { ($0.stamp.id, $0) }, uniquingKeysWith: { $1 })
  }

  private static func bytes(of texts: (some Sequence<Text>)?) -> Int {
    texts?.reduce(0) { $0 + $1.bytes.count } ?? 0
  }
}
