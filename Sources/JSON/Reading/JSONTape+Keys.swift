extension JSONTape {
  /// The index of the second of two equal keys of an object, nil when all differ.
  ///
  /// Keys are compared as text: `"a"` and `"\u0061"` are the same key. Few keys are compared pair
  /// by pair. Many are sorted: unlike a hash table, sorting is never quadratic, whatever the keys.
  func duplicateKey(of object: Int, count: Int) -> Int? {
    guard count > 1 else { return nil }
    return count <= JSONLimits.pairwiseKeys
      ? duplicateAmongFew(of: object) : duplicateAmongMany(of: object, count: count)
  }

  private func duplicateAmongFew(of object: Int) -> Int? {
    let end = Int(nodes[object].extent)
    var later = nextKey(after: object + 1)
    while later < end {
      var earlier = object + 1
      while earlier < later {
        if compareKeys(earlier, later) == 0 { return later }
        earlier = nextKey(after: earlier)
      }
      later = nextKey(after: later)
    }
    return nil
  }

  private func duplicateAmongMany(of object: Int, count: Int) -> Int? {
    let end = Int(nodes[object].extent)
    var keys: [UInt32] = []
    keys.reserveCapacity(count)
    var key = object + 1
    while key < end {
      keys.append(UInt32(key))
      key = nextKey(after: key)
    }
    keys.sort {
      let order = compareKeys(Int($0), Int($1))
      return order == 0 ? $0 < $1 : order < 0
    }
    // The first in the document, so that the error does not depend on the order of the sort.
    var found: UInt32?
    for (earlier, later) in zip(keys, keys.dropFirst())
    where compareKeys(Int(earlier), Int(later)) == 0 && later < found ?? .max {
      found = later
    }
    return found.map(Int.init)
  }

  private func nextKey(after key: Int) -> Int {
    nodes[key + 1].next(after: key + 1)
  }

  /// Any total order will do; the length is compared first because that is cheapest.
  private func compareKeys(_ left: Int, _ right: Int) -> Int {
    let (left, right) = (nodes[left], nodes[right])
    guard left.extent == right.extent else { return left.extent < right.extent ? -1 : 1 }
    for position in 0..<Int(left.extent) {
      let (a, b) = (text[left.offset + position], text[right.offset + position])
      if a != b { return a < b ? -1 : 1 }
    }
    return 0
  }
}
