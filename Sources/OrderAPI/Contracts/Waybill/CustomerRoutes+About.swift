import HTTP
import JSON
import Orders

extension CustomerRoutes {
  /// What the document says about each route.
  enum About {
    private static let id = Parameter.path(
      "id", CustomerID.schema, "The customer's id.", example: "demo-1")

    private static let customer = Answer.json(
      .ok, "The customer", Customer.self, headers: [.etag], "customer")

    static let create = RouteDescription(
      "createCustomer", "Introduce a customer",
      body: Body(
        NewCustomer.schema,
        [
          "demo": #"{"name": "Demo Customer 9", "email": "demo@example.org"}"#,
          "with an id": #"{"id": "c-9", "name": "Demo Customer 9"}"#,
        ]),
      answers: [
        .json(
          .created, "The customer", Customer.self, headers: [.location, .etag], "customer",
          links: Link.each(
            ["getCustomer", "changeCustomer", "listOrdersOfCustomer"], "id", from: "/id"))
      ],
      refusals: [.idTaken])

    static let list = RouteDescription(
      "listCustomers", "List customers, in the order they were introduced",
      "With `q` or `email` the list is in the order of the ids.",
      query: .query { CustomerListQuery(reading: &$0) },
      answers: [
        .searchedPage("A page of customers", of: Customer.self, named: "CustomerPage")
      ], refusals: [.notAcceptable])

    static let get = RouteDescription(
      "getCustomer", "Get one customer", parameters: [id, .ifNoneMatch], answers: [customer],
      refusals: [.notFound])

    static let change = RouteDescription(
      "changeCustomer", "Change a customer's name or address",
      "A field that is absent stays; null clears the address.",
      parameters: [id, .ifMatch],
      body: Body(CustomerChange.schema, ["address": #"{"email": "demo@example.org"}"#]),
      answers: [customer], refusals: [.notFound])
  }
}
