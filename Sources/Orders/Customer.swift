/// Somebody who orders.
package struct Customer: Equatable, Sendable {
  /// The client-visible name.
  package let id: CustomerID
  /// The sequential number, for people and for pages.
  package let number: Int
  /// What the customer is called; nil when an order named somebody nobody had introduced.
  package let name: String?
  /// Where the customer is written to.
  package let email: String?
  /// Moves by one with every change.
  package let version: Int
  /// When the customer was first heard of.
  package let createdAt: Timestamp
  /// When the customer last changed.
  package let updatedAt: Timestamp

  /// A customer as stored.
  package init(
    id: CustomerID, number: Int, name: String?, email: String?, version: Int, createdAt: Timestamp,
    updatedAt: Timestamp
  ) {
    self.id = id
    self.number = number
    self.name = name
    self.email = email
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A customer who is to be introduced.
package struct NewCustomer: Sendable {
  /// The client-visible name.
  package let id: CustomerID
  /// What the customer is called.
  package let name: Name
  /// Where the customer is written to.
  package let email: EmailAddress?

  /// A customer; without an id one is made.
  package init(id: CustomerID?, name: Name, email: EmailAddress?) {
    self.id = id ?? CustomerID("c-" + randomWord())!
    self.name = name
    self.email = email
  }
}

/// What is to be another thing about a customer.
package struct CustomerChange: Sendable {
  /// The new name; nil keeps the old one.
  package let name: Name?
  /// What happens to the address.
  package let email: FieldChange<EmailAddress>

  /// A change.
  package init(name: Name?, email: FieldChange<EmailAddress>) {
    self.name = name
    self.email = email
  }
}

/// Sixteen letters and digits that nobody mistakes for others: 80 bits, so no two are ever alike.
func randomWord() -> String {
  let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
  return String((0..<16).map { _ in alphabet[Int.random(in: alphabet.indices)] })
}
