import EventLoop
import OrderStore
import Postgres
import TestSupport
import Testing

@Suite("A row that somebody else keeps locked")
struct LockedRowTests {
  /// What is locked, how a request needs it, and how another one does not.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let lock: String
    let locked: @Sendable (Int) -> ContractCall
    let free: @Sendable (Int) -> ContractCall
    /// The answer to each that needs the row, when it is free.
    var lockedStatus = 201

    var isMove: Bool { free(0).method == "PATCH" }
  }

  struct ContractCall: Sendable {
    let method: String
    let path: String
    let body: String
  }

  private static func order(_ customer: String, _ product: String) -> ContractCall {
    ContractCall(
      method: "POST", path: "/orders",
      body: #"{"customer_id":"\#(customer)","items":[{"product_id":"\#(product)","quantity":1}]}"#)
  }

  private static func move(_ number: Int) -> ContractCall {
    ContractCall(
      method: "PATCH", path: "/orders/\(number)/status", body: #"{"status":"in_progress"}"#)
  }

  private static func batch(_ customer: String, _ products: String...) -> ContractCall {
    let orders = products.map { order(customer, $0).body }.joined(separator: ",")
    return ContractCall(
      method: "POST", path: "/orders/batch", body: #"{"mode":"each","orders":[\#(orders)]}"#)
  }

  static let cases = [
    Case(
      testDescription: "a product of a batch",
      lock: "SELECT FROM products WHERE id = 'kept' FOR UPDATE",
      locked: { batch("c-\($0 % 3)", "free", "kept") }, free: { order("c-\($0 % 3)", "free") },
      lockedStatus: 200),
    Case(
      testDescription: "a product", lock: "SELECT FROM products WHERE id = 'kept' FOR UPDATE",
      locked: { order("c-\($0 % 3)", "kept") }, free: { order("c-\($0 % 3)", "free") }),
    Case(
      testDescription: "a customer", lock: "SELECT FROM customers WHERE id = 'kept' FOR UPDATE",
      locked: { _ in order("kept", "free") }, free: { order("c-\($0 % 3)", "free") }),
    Case(
      testDescription: "an order", lock: "SELECT FROM orders WHERE number = 1 FOR UPDATE",
      locked: { _ in move(1) }, free: { move($0 + 2) }),
  ]

  private static let lockedCount = 20
  private static let freeCount = 60

  @Test(
    "holds up nobody but those who need it, and them until it is free",
    arguments: cases, [false, true])
  func lanes(_ locked: Case, isKeyed: Bool) async throws {
    let conninfo = try await MigratedDatabase.make()
    try await onLoop { loop in
      let target = try ConnectionString(conninfo)
      let database = Database(target, settings: .patient, on: loop)
      let client = ContractClient(database)
      try await client.run(
        unsafe: """
          INSERT INTO products (id, name, price, stock)
          SELECT id, id, 1, 1000 FROM unnest('{kept,free}'::text[]) AS id
          """)
      try await client.run(
        unsafe: """
          INSERT INTO customers (id, name)
          SELECT id, 'Demo Customer' FROM unnest('{kept,c-0,c-1,c-2}'::text[]) AS id
          """)
      for _ in 0...Self.freeCount + Self.lockedCount {
        let placed = Self.order("c-0", "free")
        _ = try await client.send(placed.method, placed.path, placed.body)
      }
      let holder = try await Session.open(target, on: loop)
      try await holder.run(unsafeText: "BEGIN; \(locked.lock)")

      // The lock is given back when all others have their answers, so they did not wait for it.
      var left = Self.freeCount
      let answers = await together(Self.lockedCount + Self.freeCount, on: loop) { index in
        let isLocked = index % 4 == 0
        let call = isLocked ? locked.locked(index) : locked.free(index)
        let answer =
          isKeyed
          ? try? await client.send(call.method, call.path, call.body, key: "k-\(index)")
          : try? await client.send(call.method, call.path, call.body)
        if !isLocked {
          left -= 1
          if left == 0 { try? await holder.run(unsafeText: "COMMIT") }
        }
        return (isLocked, answer?.status ?? 0)
      }

      func statuses(_ isLocked: Bool) -> [Int: Int] {
        answers.filter { $0.0 == isLocked }.reduce(into: [:]) { $0[$1.1, default: 0] += 1 }
      }
      let success = locked.isMove ? 200 : 201
      #expect(statuses(false) == [success: Self.freeCount])
      // An order is moved once; all others who asked for that are refused.
      #expect(
        statuses(true)
          == (locked.isMove
            ? [200: 1, 409: Self.lockedCount - 1] : [locked.lockedStatus: Self.lockedCount]))
      holder.close()
      try await Invariants.check(client.owner)
      await database.close()
    }
  }
}
