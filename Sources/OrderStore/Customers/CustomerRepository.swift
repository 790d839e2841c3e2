package import Orders
package import Postgres

/// Customers.
package final class CustomerRepository {
  /// How many customers one statement looks up: those whose requests wait at the same moment.
  private static let lookupMax = 64

  private let database: Database
  private let byNumber: Coalescer<Int, Customer>

  /// The customers, over the connections of one loop.
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
    try await mappingErrors { () throws(PostgresError) in
      try await database.read("SELECT \(Self.columns) FROM customers WHERE id = \(id.value)")
        .first.map(Self.customer)
    }
  }

  /// One customer by number; lookups that wait at the same moment share a statement.
  package func find(number: Int) async throws(OrderError) -> Customer? {
    try await mappingErrors { () throws(PostgresError) in try await byNumber.load(number) }
  }

  /// One page of customers in the order of their numbers, after `position`; only those of `ids`,
  /// if there are any.
  package func list(
    only ids: Set<CustomerID> = [], after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Customer, Int> {
    let condition: SQL = ids.isEmpty ? "" : "AND id = ANY(\(ids.map(\.value)))"
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns)
          FROM customers
         WHERE number > \(position ?? 0) \(condition)
         ORDER BY number
         \(size.limitClause)
        """)
      return Page(reading: try rows.map(Self.customer), size: size, position: \.number)
    }
  }

  /// How many customers there are.
  package func total(_ count: ListCount) async throws(OrderError) -> ListTotal {
    try await mappingErrors { () throws(PostgresError) in
      switch count {
      case .exact:
        try ListTotal(
          counted: try await database.read(
            """
            SELECT count(*), count(*)
              FROM (SELECT FROM customers WHERE number > 0 ORDER BY number \(ListTotal.limit)) AS c
            """)[0])
      case .estimate: try await database.expectedRows(of: "SELECT FROM customers")
      }
    }
  }

  /// One page of the customers who have all of these words, and this address, in the order of the
  /// word by which they are found, and of their ids.
  package func search(
    _ words: SearchWords?, email: EmailAddress?, after position: NamePosition?, size: PageSize
  ) async throws(OrderError) -> SearchResult<Customer, NamePosition> {
    // The address is searched for as one more whole word.
    let whole = (words?.words.dropLast() ?? []) + [email?.value].compactMap(\.self)
    return try await mappingErrors { () throws(PostgresError) in
      let rows = try await database.read(
        """
        SELECT \(Self.columns), \(SQL.foundNameColumns)
          FROM \(SQL.found("c", Array(whole), words?.words.last, after: position, size: size))
          LEFT JOIN customers ON customers.id = n.found_id
         ORDER BY n.position
        """)
      return try rows.found(at: Self.columnCount, size: size, Self.customer)
    }
  }

  /// Adds a customer.
  package func create(_ new: NewCustomer, by actor: String) async throws(OrderError) -> Customer {
    let customer = try await mappingErrors { () throws(PostgresError) in
      // ON CONFLICT alone would use up a number of the sequence when the id is taken.
      try await database.write(
        """
        INSERT INTO customers (id, name, email, ship_to)
        SELECT \(new.id.value), \(new.name.value), \(new.email?.value), \(new.shipTo)::json
          \(SQL.actor(actor))
         WHERE NOT EXISTS (SELECT FROM customers WHERE id = \(new.id.value))
            ON CONFLICT (id) DO NOTHING
        RETURNING \(Self.columns)
        """
      ).first.map(Self.customer)
    }
    guard let customer else { throw .idTaken("customer \(new.id.value)") }
    return customer
  }

  /// Changes a customer; nil when there is none of that id. A trigger raises the version, if
  /// anything changes.
  package func change(
    _ id: CustomerID, to change: CustomerChange, expecting version: Int?, by actor: String
  ) async throws(OrderError) -> Customer? {
    let email = change.email.columns(\.value)
    let shipTo = change.shipTo.columns(\.self)
    let customer = try await mappingErrors { () throws(PostgresError) in
      try await database.write(
        """
        UPDATE customers
           SET name = coalesce(\(change.name?.value), name),
               email = CASE WHEN \(email.keeps) THEN email ELSE \(email.value) END,
               ship_to = CASE WHEN \(shipTo.keeps) THEN ship_to ELSE \(shipTo.value)::json END
          \(SQL.actor(actor))
         WHERE id = \(id.value) AND version = coalesce(\(version), version)
        RETURNING \(Self.columns)
        """
      ).first.map(Self.customer)
    }
    if let customer { return customer }
    guard try await find(id) != nil else { return nil }
    throw .versionChanged
  }

  private static let columns: SQL =
    "id, number, name, email, version, created_at, updated_at, ship_to"
  private static let columnCount = 8

  private static func customer(_ row: Row) throws(PostgresError) -> Customer {
    guard let id = CustomerID(try row.text(0)) else {
      throw row.undecodable(0, expected: "a customer id")
    }
    return Customer(
      id: id, number: try row.int(1), name: try row.optionalText(2),
      email: try row.optionalText(3), shipTo: try row.optionalBytes(7), version: try row.int(4),
      createdAt: try row.moment(5), updatedAt: try row.moment(6))
  }
}
