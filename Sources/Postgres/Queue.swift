/// A first-in, first-out queue in an array.
public struct Queue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  public init() {}

  public var count: Int { elements.count - head }
  public var isEmpty: Bool { head == elements.count }
  public var first: Element? { isEmpty ? nil : elements[head] }

  public mutating func append(_ element: Element) { elements.append(element) }

  @discardableResult
  public mutating func popFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = elements[head].take()
    head += 1
    // Compacted when half of the array has been read: a constant cost for each element.
    if head == elements.count || (head >= 64 && head * 2 >= elements.count) {
      elements.removeFirst(head)
      head = 0
    }
    return element
  }

  public mutating func removeAll() -> [Element] {
    defer {
      elements = []
      head = 0
    }
    return elements[head...].compactMap(\.self)
  }
}
