import EventLoop
import Postgres

/// A row that a write locks.
enum RowToLock: Hashable, Sendable {
  case product(String)
  case customer(String)
  case order(RawUUID)
  case numberedOrder(Int)
}

/// The rows that another transaction keeps locked, as far as this loop knows.
///
/// A batch waits for a lock only for a moment. After that, the locked rows are looked up, and the
/// writes that need them wait here, outside of any batch, until the rows are free. So they hold up
/// no other write, and hold no other lock.
final class RowsLockedElsewhere {
  /// Bounds of `lockWait`. The larger one is below the limit of the session.
  private static let lockWaits = 100...1_000
  /// How often a write is attempted that meets a locked row each time.
  static let attemptsMax = 4
  /// How many rows are waited for at once; each wait occupies a connection.
  private static let waitsMax = 2
  /// How many more rows may be in the queue for such a wait.
  private static let queueMax = 64
  /// How many rows are known to be locked before one that was waited for in vain is forgotten.
  private static let rememberedMax = 1_024

  private typealias Waiter = UnsafeContinuation<Result<Void, PostgresError>, Never>

  /// How many milliseconds a batch waits for a lock. Batches of other loops and other instances
  /// hold theirs until they are committed, which takes some milliseconds. Where rows were free soon
  /// after a batch had given up, it is longer, until batches are quick again.
  private(set) var lockWait = lockWaits.lowerBound

  private let database: Database
  private var rows: Set<RowToLock> = []
  private var waiters: [RowToLock: [Waiter]] = [:]
  private var queue: [RowToLock] = []
  private var waits = 0

  init(_ database: Database) { self.database = database }

  /// Hears how long a batch took that was committed, or its commit alone.
  func committed(in time: Duration) {
    guard lockWait > max(Self.lockWaits.lowerBound, 4 * Int(time / .milliseconds(1))) else {
      return
    }
    lockWait = max(lockWait * 7 / 8, Self.lockWaits.lowerBound)
  }

  private func waitLonger() { lockWait = min(2 * lockWait, Self.lockWaits.upperBound) }

  /// Whether one of these rows is known to be locked.
  func contains(anyOf rows: @autoclosure () -> [RowToLock]) -> Bool {
    !self.rows.isEmpty && rows().contains(where: self.rows.contains)
  }

  /// Finds out which of these rows are locked at this moment; returns whether any is.
  func findLocked(among rows: [RowToLock]) async -> Bool {
    let named = RowNames(rows)
    do throws(PostgresError) {
      let locked = try await database.write(
        """
        SELECT product, customer, order_id, order_number
          FROM held_rows(\(named.products), \(named.customers), \(named.orders), \(named.numbers))
        """)
      for row in locked {
        if let product = try row.optionalText(0) { self.rows.insert(.product(product)) }
        if let customer = try row.optionalText(1) { self.rows.insert(.customer(customer)) }
        if !row.isNull(2) { self.rows.insert(.order(try row.uuid(2))) }
        if let number = try row.optionalInt(3) { self.rows.insert(.numberedOrder(number)) }
      }
      if locked.isEmpty { waitLonger() }
      return !locked.isEmpty
    } catch {
      return false
    }
  }

  /// Waits until these rows are free; throws when one of them is not free in time.
  func waitUntilFree(_ rows: [RowToLock]) async throws(PostgresError) {
    for row in rows where self.rows.contains(row) {
      try await withUnsafeContinuation { continuation in wait(for: row, continuation) }.get()
    }
  }

  private func wait(for row: RowToLock, _ waiter: Waiter) {
    guard waiters[row] == nil else {
      waiters[row]!.append(waiter)
      return
    }
    guard queue.count < Self.queueMax else {
      waiter.resume(returning: .failure(.queueFull))
      return
    }
    waiters[row] = [waiter]
    queue.append(row)
    startWaits()
  }

  private func startWaits() {
    while waits < Self.waitsMax, !queue.isEmpty {
      let row = queue.removeFirst()
      waits += 1
      database.loop.spawn { await self.wait(for: row) }
    }
  }

  /// Waits for the lock of the row, and releases it at once.
  private func wait(for row: RowToLock) async {
    let named = RowNames([row])
    var result = Result<Void, PostgresError>.success(())
    var isStillLocked = false
    do throws(PostgresError) {
      _ = try await database.write(
        """
        SELECT wait_for_rows(\(named.products), \(named.customers), \(named.orders),
                             \(named.numbers))
        """)
      waitLonger()
    } catch {
      result = .failure(error)
      isStillLocked = error.isLockTimeout
    }
    // Whoever comes next for a row that is still locked waits here as well: if a batch had to find
    // that out again, it would hold up the others for that long.
    if !isStillLocked || rows.count > Self.rememberedMax { rows.remove(row) }
    for waiter in waiters.removeValue(forKey: row) ?? [] { waiter.resume(returning: result) }
    waits -= 1
    startWaits()
  }
}

/// Rows as the functions of the database take them.
private struct RowNames {
  var products: [String] = []
  var customers: [String] = []
  var orders: [RawUUID] = []
  var numbers: [Int] = []

  init(_ rows: [RowToLock]) {
    for row in Set(rows) {
      switch row {
      case .product(let id): products.append(id)
      case .customer(let id): customers.append(id)
      case .order(let id): orders.append(id)
      case .numberedOrder(let number): numbers.append(number)
      }
    }
  }
}

extension PostgresError {
  /// Whether a lock was not free in time, so that nothing was done.
  var isLockTimeout: Bool { serverError?.state == .lockNotAvailable }
}
