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
    _ page: Page<Entry, Position>, total: ListTotal? = nil, bytesPerEntry: Int = 256,
    next: (Position) -> String
  ) -> [UInt8] {
    object(reserving: bytesPerEntry * (page.entries.count + 1)) { json in
      json.page(page.entries, next: page.next.map(next))
      json.total(total)
    }
  }
}

extension JSONWriter {
  /// The same page, of entries that are written already.
  static func page<Position>(
    ofTexts page: Page<[UInt8], Position>, total: ListTotal?, next: (Position) -> String
  ) -> [UInt8] {
    object(reserving: page.entries.reduce(256) { $0 + $1.count + 1 }) { json in
      json.array("items") { list in for text in page.entries { list.raw(text) } }
      json.next(page.next.map(next))
      json.total(total)
    }
  }
}

extension AnswerFields {
  /// Whether more entries match a search than were looked at.
  @inline(__always)
  mutating func hasMoreMatches(_ value: Bool?) {
    field(
      "narrow", isAlwaysThere: false,
      Schema.boolean.about(
        "Whether more customers, products or references match than were looked at, so that a "
          + "further word would help; only with `q`.", false)
    ) { json, key in
      if let value { json.boolean(key, value) }
    }
  }
}

extension JSONWriter {
  /// A page of what a search has found.
  static func page<Entry: AnswerObject, Position>(
    _ found: SearchResult<Entry, Position>, next: (Position) -> String
  ) -> [UInt8] {
    object(reserving: 640 * (found.page.entries.count + 1)) { json in
      json.page(found.page.entries, next: found.page.next.map(next))
      json.hasMoreMatches(found.hasMoreMatches)
    }
  }
}

extension Schema {
  /// A page of a list whose entries can be counted.
  static func countedPage<Entry: AnswerObject>(of _: Entry.Type, named name: String) -> Schema {
    AnswerSchema.collect {
      $0.page([Entry](), next: nil)
      $0.total(nil)
    }
    .about("A page of a list.").named(name)
  }

  /// A page of a list that can be searched, or its entries counted.
  static func searchedPage<Entry: AnswerObject>(of _: Entry.Type, named name: String) -> Schema {
    AnswerSchema.collect {
      $0.page([Entry](), next: nil)
      $0.total(nil)
      $0.hasMoreMatches(nil)
    }
    .about("A page of a list.").named(name)
  }

  /// A page of a list.
  static func page<Entry: AnswerObject>(of _: Entry.Type, named name: String) -> Schema {
    AnswerSchema.collect { $0.page([Entry](), next: nil) }
      .about("A page of a list.").named(name)
  }
}
