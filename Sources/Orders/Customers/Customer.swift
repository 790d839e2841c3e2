/// A customer as stored.
package struct Customer: Equatable, Sendable {
  /// The client-visible name.
  package let id: CustomerID
  /// The sequential number, for people and for pages.
  package let number: Int
  /// The name; nil while only the id is known, as after an order that added the customer.
  package let name: String?
  /// The e-mail address.
  package let email: String?
  /// The address for orders that do not name one, as JSON.
  package let shipTo: [UInt8]?
  /// Grows by one with every change.
  package let version: Int
  /// When the customer was added.
  package let createdAt: Timestamp
  /// When the customer last changed.
  package let updatedAt: Timestamp

  /// A customer as stored.
  package init(
    id: CustomerID, number: Int, name: String?, email: String?, shipTo: [UInt8]? = nil,
    version: Int, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.number = number
    self.name = name
    self.email = email
    self.shipTo = shipTo
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A customer that is to be added.
package struct NewCustomer: Sendable {
  /// The client-visible name.
  package let id: CustomerID
  package let name: Name
  /// The e-mail address.
  package let email: EmailAddress?
  /// The address for orders that do not name one, as JSON that was checked when it was read.
  package let shipTo: String?

  /// A customer; without an id, one is made.
  package init(id: CustomerID?, name: Name, email: EmailAddress?, shipTo: String? = nil) {
    self.id = id ?? CustomerID("c-" + Base32.randomWord())!
    self.name = name
    self.email = email
    self.shipTo = shipTo
  }
}

/// A change of a customer.
package struct CustomerChange: Sendable {
  /// The new name; nil keeps the old one.
  package let name: Name?
  /// The change of the e-mail address.
  package let email: FieldChange<EmailAddress>
  /// The change of the address for orders that do not name one, as JSON that was checked when it
  /// was read.
  package let shipTo: FieldChange<String>

  /// A change.
  package init(
    name: Name?, email: FieldChange<EmailAddress>, shipTo: FieldChange<String> = .keep
  ) {
    self.name = name
    self.email = email
    self.shipTo = shipTo
  }
}
