import HTTP

/// All facts about an error code; they are written nowhere else.
struct ErrorEntry {
  /// The status that says the same in HTTP's words.
  let status: Status
  /// Whether the answer is stored for the request's Idempotency-Key. That is so where the state of
  /// the data did not allow the request: a repetition gets the same answer, whatever has changed
  /// since.
  let isStored: Bool
  /// Whether the people who run the service have to know: the failure is written to the log.
  let isOurFault: Bool
  /// After how many seconds to try again, where that is always the same.
  let retryAfterSeconds: Int?
  /// What a caller is told.
  let sentence: Sentence
  /// What happened, for people who look the code up.
  let happened: String
  /// What to do about it, for the same people.
  let cure: String

  private let makeSample: () -> Failure

  /// A failure that is reported under this code. Each contract puts it into its own words, and so
  /// the document shows what callers will really see.
  var sample: Failure { makeSample() }

  init(
    _ status: Status, isStored: Bool = false, isOurFault: Bool = false,
    retryAfterSeconds: Int? = nil, sentence: Sentence, happened: String, cure: String,
    sample: @escaping @autoclosure () -> Failure
  ) {
    self.status = status
    self.isStored = isStored
    self.isOurFault = isOurFault
    self.retryAfterSeconds = retryAfterSeconds
    self.sentence = sentence
    self.happened = happened
    self.cure = cure
    makeSample = sample
  }

  /// One sentence for people.
  enum Sentence: ExpressibleByStringLiteral {
    /// Always the same.
    case fixed(String)
    /// One with the subject of the failure in it, such as the names of products.
    case about((String) -> String)

    init(stringLiteral text: String) { self = .fixed(text) }

    /// The sentence about a subject.
    func text(about subject: String) -> String {
      switch self {
      case .fixed(let text): text
      case .about(let text): text(subject)
      }
    }
  }
}
