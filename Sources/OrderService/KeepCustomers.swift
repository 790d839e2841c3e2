package import OrderStore
package import Orders

/// Introduces customers, finds them, and keeps what is said of them.
package struct KeepCustomers {
  private let customers: CustomerRepository

  /// A keeper of this repository.
  package init(customers: CustomerRepository) { self.customers = customers }

  /// Introduces a customer.
  package func create(_ new: NewCustomer) async throws(OrderError) -> Customer {
    try await customers.create(new)
  }

  /// The customer of that name; nil when there is none, or when the text names none.
  package func find(_ id: String) async throws(OrderError) -> Customer? {
    guard let id = CustomerID(id) else { return nil }
    return try await customers.find(id)
  }

  /// The customer of that number; nil when there is none.
  package func find(number: Int) async throws(OrderError) -> Customer? {
    try await customers.find(number: number)
  }

  /// One page of all customers, in the order of their numbers.
  package func list(
    after position: Int?, size: PageSize
  ) async throws(OrderError) -> Page<Customer, Int> {
    try await customers.list(after: position, size: size)
  }

  /// Changes what is said of a customer, if still of the version expected; nil when there is none.
  package func change(
    _ id: String, to change: CustomerChange, expecting version: Int?
  ) async throws(OrderError) -> Customer? {
    guard let id = CustomerID(id) else { return nil }
    return try await customers.change(id, to: change, expecting: version)
  }
}
