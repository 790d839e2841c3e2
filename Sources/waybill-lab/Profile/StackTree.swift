/// Stacks folded into a tree: each node is a function called in one way, with the time spent in it
/// and in what it called.
struct StackTree {
  /// A function of a stack, and what kind of work it is.
  struct Step: Hashable {
    let name: String
    /// An index into the groups of the program.
    let group: Int
  }

  private(set) var nanoseconds = 0
  private(set) var children: [Step: StackTree] = [:]

  /// The steps, the outermost first.
  mutating func add(_ steps: ArraySlice<Step>, nanoseconds: Int) {
    self.nanoseconds += nanoseconds
    guard let first = steps.first else { return }
    children[first, default: StackTree()].add(steps.dropFirst(), nanoseconds: nanoseconds)
  }

  /// The longest first.
  var sorted: [(step: Step, tree: StackTree)] {
    children.map { (step: $0.key, tree: $0.value) }
      .sorted {
        ($1.tree.nanoseconds, $0.step.name, $0.step.group)
          < ($0.tree.nanoseconds, $1.step.name, $1.step.group)
      }
  }

  /// The time in the functions of each group themselves, without what they call in other groups.
  var byGroup: [Int: Int] {
    var times: [Int: Int] = [:]
    for (step, child) in children {
      let inside = child.children.values.reduce(0) { $0 + $1.nanoseconds }
      times[step.group, default: 0] += child.nanoseconds - inside
      times.merge(child.byGroup, uniquingKeysWith: +)
    }
    return times
  }
}

/// How the stacks of one program are named, cut and grouped.
struct Folding {
  /// Functions that everything else is called from; they and what called them are left out.
  let bases: Set<String>
  let groups: [WorkGroup]
  /// Names of Swift symbols.
  var swiftNames: [String: String] = [:]

  /// What a function is called, and which group it is in of itself.
  private struct Named {
    let name: String
    let group: Int?
  }

  func tree(of samples: [StackSample]) -> StackTree {
    // Few functions are in many samples.
    var named: [Frame: Named] = [:]
    return samples.reduce(into: StackTree()) {
      $0.add(steps(of: $1, &named)[...], nanoseconds: $1.nanoseconds)
    }
  }

  /// A sample as steps of the tree.
  func steps(of sample: StackSample) -> [StackTree.Step] {
    var named: [Frame: Named] = [:]
    return steps(of: sample, &named)
  }

  private func steps(of sample: StackSample, _ named: inout [Frame: Named]) -> [StackTree.Step] {
    var steps: [StackTree.Step] = []
    var library = ""
    let outermostFirst = Array(sample.frames.reversed())
    let kernel = outermostFirst.firstIndex { $0.library == Frame.kernel } ?? outermostFirst.endIndex
    func append(_ name: String, _ group: Int?) {
      let group = group ?? steps.last?.group ?? groups.count - 1
      // A closure, and a function that calls itself, are one with their caller.
      if steps.last?.name != name { steps.append(.init(name: name, group: group)) }
    }
    for frame in outermostFirst[..<kernel] {
      defer { library = frame.library }
      // Time without a name is that of the caller, or of the library.
      if frame.symbol == nil, frame.library == library || frame.library == Frame.none { continue }
      let function = named[frame] ?? name(frame)
      named[frame] = function
      if function.name.isEmpty { continue }
      if bases.contains(function.name) {
        steps = []
      } else {
        append(function.name, function.group)
      }
    }
    if kernel < outermostFirst.endIndex {
      let names = FunctionName.kernel(outermostFirst[kernel...].compactMap(\.symbol))
      for name in names { append(name, group(of: Frame.kernel)) }
    }
    return steps.isEmpty ? [.init(name: "(no name)", group: groups.count - 1)] : steps
  }

  private func name(_ frame: Frame) -> Named {
    guard let symbol = frame.symbol else {
      return Named(name: "(\(frame.library))", group: group(of: frame.library))
    }
    let name =
      swiftNames[symbol].map(FunctionName.short(swift:))
      ?? FunctionName.short(c: symbol, in: frame.library)
    return Named(name: name, group: group(of: kind(symbol, name)))
  }

  private func group(of kind: String) -> Int? { groups.firstIndex { $0.contains(kind) } }

  /// What the groups are told by: the module in Swift, the function in C.
  private func kind(_ symbol: String, _ name: String) -> String {
    let isMade = [FunctionName.valueCopy, FunctionName.typeMetadata].contains(name)
    return isMade ? name : FunctionName.module(of: symbol) ?? name
  }
}
