/// How each kind of work depends on the number of orders in the database.
struct Curves {
  private let bench: WorkBench
  private let sizes: [Int]

  init(_ bench: WorkBench, sizes: [Int]) {
    self.bench = bench
    self.sizes = sizes
  }

  private var works: [Work] {
    Work.single + (sizes.allSatisfy { $0 >= Work.ordersToChange } ? Work.changes : [])
  }

  func measure(_ show: (WorkRow) -> Void) throws {
    for size in sizes {
      let start = ContinuousClock.now
      try bench.fill(to: size)
      let seconds = (ContinuousClock.now - start).components.seconds
      print("\(size) orders, made in \(seconds) s; \(try bench.weight().shares(of: size))")
      let service = try bench.service()
      for work in works {
        show(try bench.row(work, [service], name: "\(work.rawValue), \(size) orders"))
      }
      _ = try service.stop()
      // Orders placed by the measurement have higher numbers than those generated before it.
      try bench.removePlacedOrders()
    }
  }
}
