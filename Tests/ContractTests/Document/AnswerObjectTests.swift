import JSON
import Orders
import Testing

@testable import OrderAPI

@Suite("Every object that answers show") struct AnswerObjectTests {
  @Test("is written with the fields that its schema has, in their order") func fields() throws {
    try compare(Customer.self)
    try compare(FulfilmentOrder.self)
    try compare(Order.self)
    try compare(OrderEvent.self)
    try compare(OrderReturn.self)
    try compare(PackingSlip.self)
    try compare(Product.self)
    try compare(CustomerSales.self)
    try compare(DaySales.self)
    try compare(ProductSales.self)
    try compare(ReportOfCustomer.self)
    try compare(ReportPage<CustomerSales>.self)
    try compare(ReportPage<DaySales>.self)
    try compare(ReportPage<ProductSales>.self)
    try compare(SearchAnswer.self)
    try compare(Shipment.self)
    try compare(Shipping.self)
    try compare(Shortfall.self)
    try compare(ShopCancelled.self)
    try compare(ShopChanged.self)
    try compare(ShopOrder.self)
    try compare(ShopPlaced.self)
    try compare(StockLevels.self)
    try compare(StockMovement.self)
    try compare(StoreCustomer.self)
    try compare(StoreNotification.self)
    try compare(StoreOrder.self)
    try compare(StoreProduct.self)
    try compare(StorefrontOrder.self)
  }

  private func compare<Shown: AnswerObject>(_: Shown.Type) throws {
    let written = try JSONValue(parsing: Array(Shown.example.utf8))

    #expect(!Shown.fieldNames.isEmpty)
    #expect(written.members.map(\.key) == Shown.fieldNames, "\(Shown.self)")
  }
}
