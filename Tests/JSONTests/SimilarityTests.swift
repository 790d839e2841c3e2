import Testing

@testable import JSON

@Suite("A name that is not known") struct LikenessTests {
  private static let known = ["product_id", "quantity", "name", "price", "id"]

  @Test(
    "may be a slip from one that is",
    arguments: [
      ("productId", "product_id"), ("productID", "product_id"), ("product", "product_id"),
      ("quantitiy", "quantity"), ("qantity", "quantity"), ("Name", "name"), ("prize", "price"),
      ("x", nil), ("amount", nil), ("", nil), ("tags", nil), ("description", nil),
    ])
  func nearest(_ name: String, _ meant: String?) {
    #expect(Likeness.nearest(to: name, of: Self.known) == meant)
  }

  @Test("is not looked at when it is too long to be a slip, or nothing is known")
  func none() {
    #expect(Likeness.nearest(to: String(repeating: "n", count: 1_000), of: Self.known) == nil)
    #expect(Likeness.nearest(to: "name", of: []) == nil)
  }

  @Test(
    "is as many edits away as it takes",
    arguments: [
      ("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "axc", 1), ("kitten", "sitting", 3),
    ])
  func edits(_ left: String, _ right: String, _ count: Int) {
    #expect(Likeness.edits(from: left, to: right) == count)
    #expect(Likeness.edits(from: right, to: left) == count)
  }

  @Test("in an object is told with the field of that object that may be meant")
  func decoding() {
    let body = Array(#"{"items":[{"id":1,"prize":2}],"prize":3,"nam":"a","zip":1}"#.utf8)
    do throws(JSONFailure) {
      _ = try JSONReader.decode(body) { json in
        _ = json["name"].optional?.string()
        _ = json["items"].objects(count: 0...9) { item in
          (item["id"].integer(in: 0...9), item["price"].optional?.integer(in: 0...9))
        }
        _ = json["zip_code"].optional?.string()
      }
      Issue.record("nothing is refused")
    } catch .violations(let found) {
      #expect(
        found.map { "\($0.field) \($0.message)" } == [
          "items[0].prize is not a known field; did you mean price?",
          "prize is not a known field", "nam is not a known field; did you mean name?",
          "zip is not a known field",
        ])
    } catch {
      Issue.record("\(error)")
    }
  }
}
