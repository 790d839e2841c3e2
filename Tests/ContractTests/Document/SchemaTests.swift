import HTTP
import JSON
import Testing

@testable import OrderAPI

@Suite("Every schema of the document") struct SchemaTests {
  private let document: JSONValue
  private let schemas: [(name: String, value: JSONValue)]

  init() throws {
    document = Described.document()
    schemas = (document.at("components", "schemas")?.members ?? []).map { ($0.key, $0.value) }
  }

  @Test("with a name has a title, which makes the same name, and says what it is") func titles() {
    #expect(schemas.count > 50)
    for (name, schema) in schemas {
      let words = (schema["title"]?.text ?? "").split(separator: " ")
      #expect(words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() == name)
      #expect(schema["description"]?.text?.isEmpty == false, "\(name)")
    }
  }

  @Test("that is an object or has words of its own has a name, for those who make clients of it")
  func names() {
    let values = Set(schemas.map(\.value.written))
    for object in document.objects where object["type"] == "object" || object["enum"] != nil {
      #expect(values.contains(object.written), "\(object.written)")
    }
  }

  @Test("says of each of its properties what it is, and what it looks like") func properties() {
    var count = 0
    for (name, schema) in schemas {
      for property in schema["properties"]?.members ?? [] {
        #expect(property.value["description"]?.text?.isEmpty == false, "\(name).\(property.key)")
        #expect(hasExample(property.value), "\(name).\(property.key) has no example")
        count += 1
      }
    }
    #expect(count > 150)
  }

  @Test("has examples that it allows") func examples() {
    let check = SchemaCheck(document: document)
    for object in document.objects {
      guard case .array(let examples)? = object["examples"] else { continue }
      for example in examples {
        #expect(check.complaints(example, object).isEmpty, "\(object.written)")
      }
    }
  }

  @Test("of a value in a path has an example, which it allows") func pathValues() {
    let check = SchemaCheck(document: document)
    for parameter in document.objects where parameter["in"] == "path" {
      guard let example = parameter["example"], let schema = parameter["schema"] else {
        Issue.record("\(parameter.written) has no example")
        continue
      }
      // A path is text: what looks like a number in it may be one.
      #expect(check.complaints(example, schema).isEmpty, "\(parameter.written)")
    }
  }

  @Test("belongs to a call that is listed with what it is about, once") func tags() {
    let tags = (document["tags"]?.items ?? [])
    let names = tags.compactMap { $0["name"]?.text }
    #expect(Set(names).count == tags.count)
    #expect(tags.allSatisfy { $0["description"]?.text?.isEmpty == false })
    let used = document.objects.flatMap { $0["operationId"] == nil ? [] : $0["tags"]?.items ?? [] }
    #expect(Set(used.compactMap(\.text)) == Set(names))
  }

  /// Whether it shows an example, or all that it is made of does.
  private func hasExample(_ schema: JSONValue) -> Bool {
    if schema["examples"]?.items?.isEmpty == false { return true }
    if let reference = schema["$ref"]?.text {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      return schemas.first { $0.name == name }.map { hasExample($0.value) } ?? false
    }
    if let choices = schema["anyOf"]?.items { return choices.contains(where: hasExample) }
    if let items = schema["items"] { return hasExample(items) }
    let members = schema["properties"]?.members ?? []
    return !members.isEmpty && members.allSatisfy { hasExample($0.value) }
  }
}
