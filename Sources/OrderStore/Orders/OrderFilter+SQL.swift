import Orders
import Postgres

extension OrderFilter {
  /// The positions between which a page lies, both excluded.
  typealias Bounds = (lower: OrderPosition, upper: OrderPosition)

  /// The statement that reads one page, and one entry more.
  ///
  /// Each form of it scans an index in the order of the list and stops when the page is full, or at
  /// the end of its window, so every page costs as much as the first one.
  func statement(after position: OrderPosition?, size: PageSize) -> SQL {
    let bounds = bounds(after: position)
    guard !hasWindow else { return windowStatement(bounds, size: size) }
    return statement(reading: orderColumns, bounds, size)
  }

  /// The statement that reads these columns of the first page, and of one order more. Only for a
  /// list without a window.
  func statement(reading columns: SQL, size: PageSize) -> SQL {
    statement(reading: columns, bounds(after: nil), size)
  }

  private func statement(reading columns: SQL, _ bounds: Bounds, _ size: PageSize) -> SQL {
    let scan: SQL = "SELECT \(columns) FROM orders AS o"
    let range = Self.range(bounds)
    let page: SQL = "\(order) \(size.limitClause)"
    if let customer {
      return "\(scan) WHERE \(range) AND o.customer_id = \(customer.value) \(page)"
    } else if channel == nil && isEveryStatus {
      // Always true. The index by time has this condition, so that no other list uses it.
      return "\(scan) WHERE \(range) AND o.number > 0 \(page)"
    } else {
      return merge(scan, range, page)
    }
  }

  /// The condition that an order called `o` lies within these bounds.
  static func range(_ bounds: Bounds) -> SQL {
    let (lower, upper) = bounds
    return """
      (o.created_at, o.number) > (\(lower.createdAt.raw), \(lower.number))
         AND (o.created_at, o.number) < (\(upper.createdAt.raw), \(upper.number))
         AND o.hidden_at IS NULL
      """
  }

  /// The order of the list, for rows with these two columns.
  var order: SQL {
    switch sort {
    case .newestFirst: " ORDER BY created_at DESC, number DESC"
    case .oldestFirst: " ORDER BY created_at, number"
    }
  }

  var isEveryStatus: Bool {
    statuses.isEmpty || statuses.count == OrderStatus.allCases.count
  }

  /// One index scan for each pair of channel and status, merged in the order of the list. The index
  /// begins with both, so a scan over several of either would have to be sorted. Each scan has its
  /// own limit, as the server would read all of its rows otherwise.
  private func merge(_ scan: SQL, _ range: SQL, _ page: SQL) -> SQL {
    let scans = scansOfPairs(scan, range, page)
    guard scans.count > 1 else { return scans[0] }
    var union = Self.union(scans)
    union.append(page)
    return union
  }

  /// One scan for each pair of channel and status.
  func scansOfPairs(_ scan: SQL, _ range: SQL, _ page: SQL) -> [SQL] {
    let channels = channel.map { [$0] } ?? Channel.allCases
    let wanted = OrderStatus.allCases.filter { isEveryStatus || statuses.contains($0) }
    return channels.flatMap { channel in
      wanted.map { status in
        """
        \(scan) WHERE o.channel = \(channel.rawValue) AND o.status = \(status.rawValue)
         AND \(range) \(page)
        """
      }
    }
  }

  static func union(_ scans: [SQL]) -> SQL {
    var union: SQL = "(\(scans[0]))"
    for scan in scans.dropFirst() { union.append(" UNION ALL (\(scan))") }
    return union
  }

  /// Conditions that are checked while another index is scanned.
  var conditions: SQL {
    var conditions: SQL = ""
    if let channel { conditions.append("AND o.channel = \(channel.rawValue) ") }
    if !isEveryStatus {
      let words = OrderStatus.allCases.filter(statuses.contains).map(\.rawValue)
      conditions.append("AND o.status = ANY(\(words)) ")
    }
    return conditions
  }

  /// The bounds that follow from the times of the filter and the end of the previous page.
  func bounds(after position: OrderPosition?) -> Bounds {
    var lower = createdAfter.map { OrderPosition(createdAt: $0, number: .max) } ?? .beginning
    var upper = createdBefore.map { OrderPosition(createdAt: $0, number: 0) } ?? .end
    if let position {
      if sort == .newestFirst {
        upper = min(upper, position)
      } else {
        lower = max(lower, position)
      }
    }
    return (lower, upper)
  }
}

extension OrderPosition {
  /// Before and after every order, as `Timestamp` has no infinity.
  fileprivate static let beginning = OrderPosition(
    createdAt: Orders.Timestamp.era.lowerBound, number: 0)
  fileprivate static let end = OrderPosition(
    createdAt: Orders.Timestamp.era.upperBound, number: .max)
}
