package import Orders
package import Postgres

/// The `customers` table.
package final class CustomerRepository {
  /// How many customers one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  private let database: Database
  private let byNumber: Coalescer<Int, Customer>

  /// The table as seen through one loop's connections.
  package init(_ database: Database) {
    self.database = database
    byNumber = Coalescer(on: database.loop, limit: Self.lookupMax) {
      (numbers) throws(PostgresError) in
      let rows = try await database.read(
        "SELECT \(Self.columns) FROM customers WHERE number = ANY(\(numbers))")
      var found: [Int: Customer] = [:]
      for row in rows {
        let customer = try Self.customer(row)
        found[customer.number] = customer
      }
      return found
    }
  }

  /// One customer.
  package func find(_ id: CustomerID) async throws(OrderError) -> Customer? {
    do {
      let rows = try await database.read(
        "SELECT \(Self.columns) FROM customers WHERE id = \(id.value)")
      return try rows.first.map(Self.customer)
    } catch {
      throw OrderError(any: error)
    }
  }

  /// One customer by number; lookups that wait at the same moment share a statement.
  package func find(number: Int) async throws(OrderError) -> Customer? {
    do {
      return try await byNumber.load(number)
    } catch {
      throw OrderError(error)
    }
  }

  /// Customers in the order of their numbers, from behind `position` on.
  package func list(
    after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Customer, Int> {
    do {
      let rows = try await database.read(
        """
        SELECT \(Self.columns)
          FROM customers
         WHERE number > \(position ?? 0)
         ORDER BY number
         \(size.limitClause)
        """)
      return Page(reading: try rows.map(Self.customer), size: size, position: \.number)
    } catch {
      throw OrderError(error)
    }
  }

  /// Introduces a customer.
  package func create(_ new: NewCustomer) async throws(OrderError) -> Customer {
    do {
      // The search before the insert spares the sequence a number when the id is taken.
      let rows = try await database.write(
        """
        INSERT INTO customers (id, name, email)
        SELECT \(new.id.value), \(new.name.value), \(new.email?.value)
         WHERE NOT EXISTS (SELECT FROM customers WHERE id = \(new.id.value))
            ON CONFLICT (id) DO NOTHING
        RETURNING \(Self.columns)
        """)
      guard let row = rows.first else { throw OrderError.idTaken("customer \(new.id.value)") }
      return try Self.customer(row)
    } catch {
      throw OrderError(any: error)
    }
  }

  /// Changes what is said of a customer; nil when there is none of that id.
  ///
  /// The table's trigger counts the change, and only when there is one.
  package func change(
    _ id: CustomerID, to change: CustomerChange, expecting version: Int?
  ) async throws(OrderError) -> Customer? {
    let email = change.email.columns(\.value)
    do {
      let rows = try await database.write(
        """
        UPDATE customers
           SET name = coalesce(\(change.name?.value), name),
               email = CASE WHEN \(email.keeps) THEN email ELSE \(email.value) END
         WHERE id = \(id.value) AND version = coalesce(\(version), version)
        RETURNING \(Self.columns)
        """)
      if let row = rows.first { return try Self.customer(row) }
    } catch {
      throw OrderError(error)
    }
    guard try await find(id) != nil else { return nil }
    throw .versionChanged
  }

  private static let columns: SQL = "id, number, name, email, version, created_at, updated_at"

  private static func customer(_ row: Row) throws(PostgresError) -> Customer {
    guard let id = CustomerID(try row.text(0)) else {
      throw row.undecodable(0, expected: "a customer id")
    }
    return Customer(
      id: id, number: try row.int(1), name: try row.optionalText(2),
      email: try row.optionalText(3), version: try row.int(4), createdAt: try row.moment(5),
      updatedAt: try row.moment(6))
  }
}
