import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("An error helps") struct HelpfulErrorsTests {
  private static func message(_ answer: ContractAnswer) throws -> String {
    try answer.json["errors"]?.items?.first?["message"]?.text ?? answer.json["message"]?.text ?? ""
  }

  @Test("with the field or parameter that may be meant")
  func meant() async throws {
    try await asking(Shelf.standard) { client in
      let order = try await client.send(
        "POST", "/orders", #"{"customer_id":"a","items":[{"productId":"dime","quantity":1}]}"#)
      #expect(order.status == 400)
      #expect(order.body.contains("is not a known field; did you mean product_id?"))

      let list = try await client.get("/orders?customerId=a")
      #expect(list.status == 400)
      #expect(try Self.message(list).hasSuffix("; did you mean customer_id?"))
    }
  }

  @Test(
    "with the escape of a plus sign that became a space",
    arguments: ["2026-01-01T10:00:00+01:00", "2026-01-01T10:00:00.5+00:00"])
  func plus(_ moment: String) async throws {
    try await asking { client in
      for name in ["created_after", "created_before"] {
        let wrong = try await client.get("/orders?\(name)=\(moment)")
        #expect(wrong.status == 400)
        #expect(try Self.message(wrong) == "has a space where + is meant: write it as %2B")
        let right = try await client.get(
          "/orders?\(name)=\(moment.replacing("+", with: "%2B"))")
        #expect(right.status == 200)
      }
      let other = try await client.get("/orders?created_after=x+y")
      #expect(try Self.message(other).hasPrefix("must be a moment like"))
    }
  }

  @Test(
    "with the limit that a message is beyond",
    arguments: [
      (Rejection.bodyTooLarge, "262144"), (.headTooLarge, "16384"), (.startLineTooLong, "8192"),
      (.tooManyFields, "64"),
    ])
  func limit(_ rejection: Rejection, _ limit: String) {
    let answer = WaybillContract.explain(.badMessage(rejection), .test)

    #expect(String(decoding: answer.body, as: UTF8.self).contains("at most \(limit) "))
  }

  @Test("with whether a change may have been done, in the page it points to")
  func mayBeDone() {
    #expect(
      ErrorCode.internal.entry.happened.contains("is mostly not done, but that is not certain"))
  }
}
