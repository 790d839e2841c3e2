/// How each kind of work depends on the number of orders in the database.
struct Curves {
  struct Point {
    let orders: Int
    let row: WorkRow
  }

  private let bench: WorkBench
  private let sizes: [Int]

  init(_ bench: WorkBench, sizes: [Int]) {
    self.bench = bench
    self.sizes = sizes
  }

  private var works: [Work] {
    Work.single + (sizes.allSatisfy { $0 >= Work.ordersToChange } ? Work.changes : [])
  }

  /// The points of each kind of work, in the order of their sizes.
  func measure(_ show: (WorkRow) -> Void) throws -> [(work: Work, points: [Point])] {
    var curves = works.map { (work: $0, points: [Point]()) }
    for size in sizes {
      let start = ContinuousClock.now
      try bench.fill(to: size)
      let seconds = (ContinuousClock.now - start).components.seconds
      print("\(size) orders, made in \(seconds) s; \(try bench.weight().shares(of: size))")
      let service = try bench.service()
      for (index, curve) in curves.enumerated() {
        let name = "\(curve.work.rawValue), \(size) orders"
        let row = try bench.row(curve.work, [service], name: name)
        show(row)
        curves[index].points.append(Point(orders: size, row: row))
      }
      _ = try service.stop()
      // Orders placed by the measurement have higher numbers than those generated before it.
      try bench.removePlacedOrders()
    }
    return curves
  }
}
