/// What each reader has seen and written, as far as it limits which copy may answer them.
struct ReaderTable {
  /// The replica that a reader reads from.
  struct Home {
    let index: Int
    let generation: Int
    /// The number of the first sample that covers what the reader has seen there; 0 before the
    /// first read.
    var sample = 0

    func isSame(_ index: Int, _ generation: Int) -> Bool {
      self.index == index && self.generation == generation
    }
  }

  struct Reader {
    /// A copy that has reached this shows all that the reader has seen elsewhere than at home, and
    /// all that they have written, but for what `sample` will cover.
    var needed = LogPosition.start
    /// The number of the first sample that covers the rest; 0 when there is none.
    var sample = 0
    var home: Home?
    /// The last read on each replica, until it is known that the primary shows as much.
    var shown: [Shown] = []

    /// Keeps the later of two reads on a replica.
    fileprivate mutating func keep(_ new: Shown) {
      guard
        let index = shown.firstIndex(where: {
          $0.index == new.index && $0.generation == new.generation
        })
      else { return shown.append(new) }
      if shown[index].report < new.report || shown[index].sample < new.sample {
        shown[index] = Shown(
          index: new.index, generation: new.generation,
          report: max(shown[index].report, new.report),
          sample: max(shown[index].sample, new.sample))
      }
    }
  }

  /// What a replica has shown to a reader.
  struct Shown: Equatable {
    let index: Int
    let generation: Int
    /// The number of the first report of the replica that tells of it.
    let report: Int
    /// The number of the first sample of the primary that was begun later.
    let sample: Int
  }

  /// The readers that are remembered one by one.
  static let readersMax = 10_000

  private var readers: [Int: Reader] = [:]
  /// A reader who is not remembered is taken to have seen what anybody has. What was seen before
  /// the process began is covered by the first sample.
  private var others = Reader(sample: 1)

  var count: Int { readers.count }

  subscript(key: Int) -> Reader {
    get { readers[key] ?? others }
    set {
      if readers.count >= Self.readersMax, readers[key] == nil { forgetAll() }
      readers[key] = newValue
    }
  }

  /// To choose one to forget would cost a search each time. Each costs the others some waiting, and
  /// all of them together no more than one.
  private mutating func forgetAll() {
    for reader in readers.values {
      others.needed.advance(to: reader.needed)
      others.sample = max(others.sample, reader.sample, reader.home?.sample ?? 0)
      for shown in reader.shown { others.keep(shown) }
    }
    readers = [:]
  }
}
