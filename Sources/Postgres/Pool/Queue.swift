/// First in, first out, in an array that is filled at one end and read from the other.
struct Queue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var count: Int { elements.count - head }
  var isEmpty: Bool { head == elements.count }
  var first: Element? { isEmpty ? nil : elements[head] }

  mutating func append(_ element: Element) { elements.append(element) }

  @discardableResult
  mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = elements[head].take()
    head += 1
    // Moved down when most of the array has been read: a constant cost per element.
    if head == elements.count || (head >= 64 && head * 2 >= elements.count) {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Everything that is left, in order.
  mutating func removeAll() -> [Element] {
    defer {
      elements = []
      head = 0
    }
    return elements[head...].compactMap(\.self)
  }
}
