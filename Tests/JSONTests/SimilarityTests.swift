import Testing

@testable import JSON

@Suite("A name that is not known") struct SimilarityTests {
  private static let known = ["product_id", "quantity", "name", "price", "id"]

  @Test(
    "may be a misspelling of a known one",
    arguments: [
      ("productId", "product_id"), ("productID", "product_id"), ("product", "product_id"),
      ("quantitiy", "quantity"), ("qantity", "quantity"), ("Name", "name"), ("prize", "price"),
      ("x", nil), ("amount", nil), ("", nil), ("tags", nil), ("description", nil),
    ])
  func nearest(_ name: String, _ meant: String?) {
    #expect(Similarity.nearest(to: name, of: Self.known) == meant)
  }

  @Test("is similar to none when it is too long, or when no name is known")
  func none() {
    #expect(Similarity.nearest(to: String(repeating: "n", count: 1_000), of: Self.known) == nil)
    #expect(Similarity.nearest(to: "name", of: []) == nil)
  }

  @Test(
    "has a distance from another, counted in edits",
    arguments: [
      ("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "axc", 1), ("kitten", "sitting", 3),
    ])
  func edits(_ left: String, _ right: String, _ count: Int) {
    #expect(Similarity.edits(from: left, to: right) == count)
    #expect(Similarity.edits(from: right, to: left) == count)
  }

  @Test("in an object is reported with the field of that object that may be meant")
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
