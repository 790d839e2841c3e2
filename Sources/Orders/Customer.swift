/// Somebody who orders.
public struct Customer: Equatable, Sendable {
  /// The client-visible name.
  public let id: CustomerID
  /// The sequential number, for people and for pages.
  public let number: Int
  /// What the customer is called; nil when an order named somebody nobody had introduced.
  public let name: String?
  /// Where the customer is written to.
  public let email: String?
  /// Moves by one with every change.
  public let version: Int
  /// When the customer was first heard of.
  public let createdAt: Timestamp
  /// When the customer last changed.
  public let updatedAt: Timestamp

  /// A customer as stored.
  public init(
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
public struct NewCustomer: Sendable {
  /// The client-visible name.
  public let id: CustomerID
  /// What the customer is called.
  public let name: Name
  /// Where the customer is written to.
  public let email: EmailAddress?

  /// A customer; without an id one is made.
  public init(id: CustomerID?, name: Name, email: EmailAddress?) {
    self.id = id ?? CustomerID("c-" + randomWord())!
    self.name = name
    self.email = email
  }
}

/// What is to be another thing about a customer.
public struct CustomerChange: Sendable {
  /// The new name; nil keeps the old one.
  public let name: Name?
  /// What happens to the address.
  public let email: FieldChange<EmailAddress>

  /// A change.
  public init(name: Name?, email: FieldChange<EmailAddress>) {
    self.name = name
    self.email = email
  }
}

/// Sixteen letters and digits that nobody mistakes for others: 80 bits, so no two are ever alike.
func randomWord() -> String {
  let alphabet = Array("abcdefghijkmnpqrstuvwxyz23456789")
  return String((0..<16).map { _ in alphabet[Int.random(in: alphabet.indices)] })
}
