import HTTP
import Orders

// Codes for requests that the service could not serve, though nothing was wrong with them.

extension ErrorEntry {
  static var `internal`: ErrorEntry {
    ErrorEntry(
      .internalServerError, isOurFault: true,
      sentence: "Something went wrong on our side.",
      happened: """
        Something is wrong with the service itself, and it has been logged. A change that was \
        asked for is mostly not done, but that is not certain.
        """,
      cure: """
        With an Idempotency-Key send it again: it is done once. Without a key, first read what \
        you wanted to change, and send it again only if nothing has changed. Tell whoever runs \
        the service the request_id of the answer.
        """,
      sample: .order(.failure(detail: "")))
  }

  static var overloaded: ErrorEntry {
    ErrorEntry(
      .serviceUnavailable, retryAfterSeconds: 1,
      sentence: "The service is busy; try again.",
      happened: """
        More connections are open than the service serves, or the request has waited too long for \
        the requests before it. Tokens, or addresses where none is needed, get equal shares of \
        the service, so these may be your own. Nothing was done.
        """,
      cure: """
        Wait for as many seconds as Retry-After says, then try again; \
        wait longer each time, not all clients at the same moment, and with fewer requests at once.
        """,
      sample: .overloaded)
  }

  static var unavailable: ErrorEntry {
    ErrorEntry(
      .serviceUnavailable, retryAfterSeconds: 1,
      sentence: "The database cannot be reached; try again.",
      happened: "The database cannot be reached, or takes no connection. Nothing was done.",
      cure: "Try again after as many seconds as Retry-After says.",
      sample: .order(.unavailable))
  }

  static var readOnly: ErrorEntry {
    ErrorEntry(
      .serviceUnavailable, retryAfterSeconds: 1,
      sentence: "The database takes no changes at present; nothing was done. Try again.",
      happened: """
        The database takes no changes: it is a standby, or was set to read only. \
        Nothing was done; what only reads goes on.
        """,
      cure: """
        Try again after as many seconds as Retry-After says. If it lasts, whoever runs the \
        service has to lead it to the primary: /readyz says whether writes work.
        """,
      sample: .order(.readOnly))
  }

  static var timedOut: ErrorEntry {
    ErrorEntry(
      .serviceUnavailable, retryAfterSeconds: 1,
      sentence: "The database took too long and gave up; nothing was done. Try again.",
      happened: """
        The database was there, but something took longer than it may: a lock that others hold, \
        a statement with too much to do, or too many requests before it. Nothing was done.
        """,
      cure: """
        Try again after as many seconds as Retry-After says, and wait longer each time.
        """,
      sample: .order(.timedOut))
  }

  static var outcomeUnknown: ErrorEntry {
    ErrorEntry(
      .serviceUnavailable, isOurFault: true, retryAfterSeconds: 1,
      sentence: """
        It is not known whether the change was done; look before trying again.
        """,
      happened: """
        The answer of the database was lost, came too late or could not be read: the change was \
        done, or it was not.
        """,
      cure: """
        With an Idempotency-Key send it again: it is done once. Without a key, first read what \
        you wanted to change, and send it again only if nothing has changed. A change with an \
        If-Match can be sent again: it is refused if it was done.
        """,
      sample: .order(.outcomeUnknown(detail: "")))
  }
}
