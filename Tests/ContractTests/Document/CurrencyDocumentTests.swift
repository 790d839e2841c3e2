import JSON
import Orders
import Testing

@testable import OrderAPI

@Suite("The currency in the OpenAPI document")
struct CurrencyDocumentTests {
  private static func marked(_ currency: Currency?) -> [JSONValue] {
    var builder = OpenAPI(Mount.mainPort(), currency: currency)
    return builder.document().objects.filter { $0["x-currency"] != nil || $0["x-money"] != nil }
  }

  @Test("is at the schema of every amount, of all contracts, where one is set, and nowhere else")
  func amounts() throws {
    let amounts = Self.marked(Currency("SEK"))

    #expect(amounts.count > 20)
    #expect(amounts.allSatisfy { $0["x-currency"] == "SEK" && $0["x-money"] == nil })
    #expect(Self.marked(nil).isEmpty)
    var builder = OpenAPI(Mount.mainPort(), currency: Currency("SEK"))
    let schemas = try #require(builder.document().at("components", "schemas"))
    for name in ["total_amount", "returned_amount"] {
      #expect(schemas["Order"]?.at("properties", name)?["x-currency"] == "SEK", "\(name)")
    }
    #expect(schemas["Product"]?.at("properties", "price")?["x-currency"] == "SEK")
    #expect(schemas["NewProduct"]?.at("properties", "price")?["x-currency"] == "SEK")
    #expect(schemas["Product"]?.at("properties", "stock")?["x-currency"] == nil)
  }
}
