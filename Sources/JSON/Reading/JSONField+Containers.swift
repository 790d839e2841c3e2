extension JSONField {
  /// Reads an object with `read`; fields that `read` does not read are unknown.
  public func object<Value, Failure: Error>(
    _ read: (JSONObject) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let object = JSONObject(document: document, node: objectNode())
    // Also after a throw, so that misspelt fields are reported together with missing ones.
    defer { object.refuseUnknown() }
    return try read(object)
  }

  /// Reads each item of an array with `read`.
  ///
  /// If `read` throws for an item, the next ones are read nevertheless, to collect their
  /// violations.
  public func array<Item, Failure: Error>(
    count: ClosedRange<Int> = 0...JSONLimits.items,
    _ read: (JSONField) throws(Failure) -> Item
  ) throws(Failure) -> [Item] {
    var nodes = self.items(count: count)
    var items: [Item] = []
    items.reserveCapacity(nodes.left)
    var failure: Failure?
    while let node = nodes.next(in: document) {
      do throws(Failure) {
        items.append(try read(JSONField(document: document, location: .value(node))))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return items
  }

  /// Reads each item of an array of objects with `read`.
  public func objects<Item, Failure: Error>(
    count: ClosedRange<Int> = 0...JSONLimits.items,
    _ read: (JSONObject) throws(Failure) -> Item
  ) throws(Failure) -> [Item] {
    try array(count: count) { item throws(Failure) in try item.object(read) }
  }

  /// Reads each member of an object with `read`, whatever its key is.
  public func members<Value>(
    count: ClosedRange<Int>, _ read: (String, JSONField) -> Value
  ) -> [Value] {
    guard let object = objectNode() else { return [] }
    let end = Int(document.tape.nodes[object].extent)
    var values: [Value] = []
    var key = object + 1
    while key < end {
      guard values.count < count.upperBound else {
        record(.members(count))
        return []
      }
      let field = JSONField(document: document, location: .value(key + 1))
      values.append(read(document.tape.string(at: key), field))
      key = document.tape.nodes[key + 1].next(after: key + 1)
    }
    if values.count < count.lowerBound { record(.members(count)) }
    return values
  }

  func objectNode() -> Int? { required(of: .object, else: .notObject) }

  /// The items of an array; none, with a violation recorded, when their number is not allowed.
  func items(count: ClosedRange<Int>) -> JSONItems {
    guard let node = required(of: .array, else: .notArray) else { return JSONItems() }
    let actual = document.count(of: node)
    guard count.contains(actual) else {
      record(.count(count))
      return JSONItems()
    }
    return JSONItems(index: node + 1, left: actual)
  }
}

/// Iterates over the items of an array.
struct JSONItems {
  var index = 0
  var left = 0

  /// The node of the next item.
  mutating func next(in document: JSONDocument) -> Int? {
    guard left > 0 else { return nil }
    let item = index
    index = document.tape.nodes[index].next(after: index)
    left -= 1
    return item
  }
}
