extension JSONField {
  /// What `read` makes of an object; fields it does not ask for are unknown.
  @inlinable
  public func object<Value, Failure: Error>(
    _ read: (JSONObject) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let object = asObject()
    // Also after a throw, so that the caller sees misspelt fields together with missing ones.
    defer { object.refuseUnknown() }
    return try read(object)
  }

  /// What `read` makes of each item of an array.
  ///
  /// An item that throws does not keep the next from being read, and its violations collected.
  @inlinable
  public func array<Item, Failure: Error>(
    count: ClosedRange<Int> = 0...JSONLimits.items,
    _ read: (JSONField) throws(Failure) -> Item
  ) throws(Failure) -> [Item] {
    var fields = items(count: count)
    var items: [Item] = []
    items.reserveCapacity(fields.left)
    var failure: Failure?
    while let field = fields.next() {
      do throws(Failure) {
        items.append(try read(field))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return items
  }

  /// What `read` makes of each item of an array of objects.
  @inlinable
  public func objects<Item, Failure: Error>(
    count: ClosedRange<Int> = 0...JSONLimits.items,
    _ read: (JSONObject) throws(Failure) -> Item
  ) throws(Failure) -> [Item] {
    try array(count: count) { item throws(Failure) in try item.object(read) }
  }

  @usableFromInline
  func asObject() -> JSONObject {
    JSONObject(document: document, node: required(of: .object, else: .notObject))
  }

  /// The items of an array of an allowed size; none when it is another, however long.
  @usableFromInline
  func items(count: ClosedRange<Int>) -> JSONItems {
    guard let node = required(of: .array, else: .notArray) else {
      return JSONItems(document: document, index: 0, left: 0)
    }
    let actual = document.count(of: node)
    guard count.contains(actual) else {
      record(.count(count))
      return JSONItems(document: document, index: 0, left: 0)
    }
    return JSONItems(document: document, index: node + 1, left: actual)
  }
}

/// Walks over the items of an array.
@usableFromInline
struct JSONItems {
  let document: JSONDocument
  var index: Int
  @usableFromInline var left: Int

  @usableFromInline
  mutating func next() -> JSONField? {
    guard left > 0 else { return nil }
    let field = JSONField(document: document, node: index)
    index = document.tape.nodes[index].next(after: index)
    left -= 1
    return field
  }
}
