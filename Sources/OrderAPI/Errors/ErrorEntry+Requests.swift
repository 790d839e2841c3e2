import HTTP
import JSON
import Orders

// Codes for requests that cannot be served as they were sent.

extension ErrorEntry {
  static var badMessage: ErrorEntry {
    let limits = MessageLimits.standard
    return ErrorEntry(
      .badRequest,
      sentence: .about { $0 },
      happened: """
        The bytes are no HTTP message that is served here; the message says what is wrong. \
        The connection has been closed, and nothing after the message was read.
        """,
      cure: """
        Mostly this is a bug of the client or of a proxy. A body may have \
        \(limits.bodyBytesMax.kilobytes), a batch of orders \
        \(limits.largeBodyBytesMax.kilobytes), the header section \
        \(limits.headBytesMax.kilobytes), the request line \(limits.startLineBytesMax.kilobytes).
        """,
      sample: .badMessage(.bodyTooLarge))
  }

  static var tooSlow: ErrorEntry {
    ErrorEntry(
      .requestTimeout,
      sentence: "The request did not arrive in time.",
      happened: "The request did not arrive whole in the time it was given.",
      cure: "Send it again, without pauses. Behind a slow line, send smaller bodies.",
      sample: .tooSlow)
  }

  static var unknownRoute: ErrorEntry {
    ErrorEntry(
      .notFound,
      sentence: "There is nothing at this address.",
      happened: "There is nothing at this address.",
      cure:
        "Compare the address with the list of calls. A trailing slash makes it another address.",
      sample: .unknownRoute)
  }

  static var methodNotAllowed: ErrorEntry {
    ErrorEntry(
      .methodNotAllowed,
      sentence: .about { "This method is not offered here; these are: \($0)." },
      happened: "The address exists, but does not offer this method.",
      cure: "Use one that the message and Allow name.",
      sample: .methodNotAllowed(allowed: [.get, .head, .options]))
  }

  static var notAcceptable: ErrorEntry {
    ErrorEntry(
      .notAcceptable,
      sentence: .about { "The answer can be had as \($0) only." },
      happened: "The answer cannot be had in any of the forms that Accept asks for.",
      cure: "Ask for application/json, or leave Accept out.",
      sample: .notAcceptable(offered: [.json]))
  }

  static var invalidJSON: ErrorEntry {
    ErrorEntry(
      .badRequest,
      sentence: .about { $0 },
      happened: """
        The body is not JSON, or JSON that two readers could read differently: a key given \
        twice, a trailing comma, text that is not UTF-8.
        """,
      cure: "The message says what was expected, and at which byte.",
      sample: .brokenBody)
  }

  static var invalidRequest: ErrorEntry {
    ErrorEntry(
      .badRequest,
      sentence: .about { "\($0) invalid" },
      happened: """
        Fields of the body, or values of the path or the query, are not what they may be. \
        Nothing was done.
        """,
      cure: """
        Each entry of errors names a field and what it must be; all that is wrong is listed at \
        once. Fields and parameters that nobody knows are refused too: they are mostly typos.
        """,
      sample: .badBody(.violations([JSONViolation(field: "status", reason: .notString)])))
  }

  static var notJSON: ErrorEntry {
    ErrorEntry(
      .unsupportedMediaType,
      sentence: "The body must be JSON in UTF-8: Content-Type: application/json.",
      happened: """
        The body is of another type than JSON, does not say of which, or says that it is in \
        another character set than UTF-8.
        """,
      cure: "Send JSON in UTF-8, and the header Content-Type: application/json.",
      sample: .notJSON)
  }

  static var encodedBody: ErrorEntry {
    ErrorEntry(
      .unsupportedMediaType,
      sentence: "The body must be sent as it is, without a Content-Encoding.",
      happened: "The body has a Content-Encoding, such as gzip. Bodies are read as they are sent.",
      cure: """
        Send it without. A body may have \(MessageLimits.standard.bodyBytesMax.kilobytes).
        """,
      sample: .encodedBody)
  }
}

extension ErrorEntry {
  static var badIdempotencyKey: ErrorEntry {
    let length = IdempotencyKey.allowedLength
    let count = "\(length.lowerBound) to \(length.upperBound)"
    return ErrorEntry(
      .badRequest,
      sentence: .fixed("One Idempotency-Key of \(count) printable ASCII characters may be sent."),
      happened: "The Idempotency-Key is not one that is read, or there are several.",
      cure: "Send one, of \(count) printable ASCII characters; a UUID will do.",
      sample: .badIdempotencyKey)
  }

  static var idempotencyKeyReused: ErrorEntry {
    ErrorEntry(
      .unprocessableContent,
      sentence: "The Idempotency-Key is that of another request; a new request needs a new key.",
      happened: "The Idempotency-Key was sent before, with another request. Nothing was done.",
      cure:
        "Make a new key for each new request, and keep it for repetitions of that one alone.",
      sample: .idempotencyKeyReused)
  }

  static var idempotencyKeyUnderWay: ErrorEntry {
    ErrorEntry(
      .conflict, retryAfterSeconds: 1,
      sentence:
        "The request with this Idempotency-Key is still under way; ask again for its answer.",
      happened: "The request with this Idempotency-Key is still under way.",
      cure: """
        Ask again after as many seconds as Retry-After says: the answer will be that of the \
        first request.
        """,
      sample: .idempotencyKeyUnderWay)
  }
}

extension ErrorEntry {
  static var noDryRun: ErrorEntry {
    ErrorEntry(
      .badRequest,
      sentence: "This call has no dry run. Nothing was done.",
      happened: """
        The request prefers a dry run, and this call does something that cannot be undone, or \
        makes a secret that is shown once.
        """,
      cure: "Send it without Prefer: dry-run if it is meant.",
      sample: .noDryRun)
  }
}

extension Failure {
  /// A body with a mistake in its syntax.
  fileprivate static var brokenBody: Failure {
    do throws(JSONError) {
      _ = try JSONValue(parsing: Array(#"{"items":[1,]}"#.utf8))
      preconditionFailure("a trailing comma was read")
    } catch {
      return .badBody(.syntax(error))
    }
  }
}

extension Int {
  /// The number of bytes as people read it: `256 KB`.
  fileprivate var kilobytes: String { "\(self / 1_024) KB" }
}
