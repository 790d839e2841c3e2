import JSON
import Orders

extension AnswerFields {
  /// The fields of a page of a list.
  @inline(__always)
  mutating func page<Entry: AnswerObject>(_ entries: [Entry], next address: String?) {
    objects("items", entries, "The entries of this page.")
    next(address)
  }
}

extension JSONWriter {
  /// A page of a list; `next` makes the address of the page after it.
  static func page<Entry: AnswerObject, Position>(
    _ page: Page<Entry, Position>, bytesPerEntry: Int = 256, next: (Position) -> String
  ) -> [UInt8] {
    object(reserving: bytesPerEntry * (page.entries.count + 1)) { json in
      json.page(page.entries, next: page.next.map(next))
    }
  }
}

extension Schema {
  /// A page of a list.
  static func page<Entry: AnswerObject>(of _: Entry.Type, named name: String) -> Schema {
    AnswerSchema.collect { $0.page([Entry](), next: nil) }
      .about("A page of a list.").named(name)
  }
}
