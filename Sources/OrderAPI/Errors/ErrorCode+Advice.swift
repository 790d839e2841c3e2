extension ErrorCode {
  /// What people are told of a refusal.
  struct Advice {
    let happened: String
    let cure: String

    fileprivate init(_ happened: String, _ cure: String) {
      self.happened = happened
      self.cure = cure
    }
  }

  /// What happened, and what to do.
  var advice: Advice {
    switch self {
    case .badMessage, .tooSlow, .overloaded, .unknownRoute, .methodNotAllowed, .notAcceptable:
      adviceOnHTTP
    case .invalidJSON, .invalidRequest, .notJSON, .encodedBody, .tooManyLines, .emptied:
      adviceOnBodies
    case .badIdempotencyKey, .idempotencyKeyReused, .idempotencyKeyUnderWay: adviceOnKeys
    case .unauthenticated, .forbidden, .misdirected, .foreignPage, .tooManyBadTokens,
      .tooManyRequests:
      adviceOnAccess
    case .internal, .unavailable, .readOnly, .timedOut, .outcomeUnknown: adviceOnTrouble
    case .notFound, .idTaken, .referenceUsed, .unknownCustomer, .unknownProduct, .outOfStock,
      .notEditable,
      .notYoursToMove, .stockBelowZero, .stockTooLarge, .versionChanged, .wrongStatus:
      adviceOnState
    }
  }

  private var adviceOnHTTP: Advice {
    switch self {
    case .tooSlow:
      Advice(
        "The request did not arrive whole in the time it was given.",
        "Send it again, without pauses. Behind a slow line, send smaller bodies.")
    case .overloaded:
      Advice(
        "More requests or connections are going on than the service takes on at once. "
          + "Nothing was done.",
        "Wait for as many seconds as Retry-After says, then try again; "
          + "wait longer each time, and not all clients at the same moment.")
    case .unknownRoute:
      Advice(
        "There is nothing at this address.",
        "Compare the address with the list of calls. A trailing slash makes it another address.")
    case .methodNotAllowed:
      Advice(
        "The address exists, but does not offer this method.",
        "Use one that the message and Allow name.")
    case .notAcceptable:
      Advice(
        "The answer cannot be had in any of the forms that Accept asks for.",
        "Ask for application/json, or leave Accept out.")
    default:
      Advice(
        "The bytes are no HTTP message that is served here; the message says what is wrong. "
          + "The connection has been closed, and nothing after the message was read.",
        "Mostly this is a bug of the client or of a proxy. A body may have 256 KB, the header "
          + "section 16 KB, the request line 8 KB.")
    }
  }

  private var adviceOnBodies: Advice {
    switch self {
    case .invalidJSON:
      Advice(
        "The body is not JSON, or JSON that two readers could read differently: a key given "
          + "twice, a trailing comma, text that is not UTF-8.",
        "The message says what was expected, and at which byte.")
    case .notJSON:
      Advice(
        "The body is of another type than JSON, does not say of which, or says that it is in "
          + "another character set than UTF-8.",
        "Send JSON in UTF-8, and the header Content-Type: application/json.")
    case .encodedBody:
      Advice(
        "The body has a Content-Encoding, such as gzip. Bodies are read as they are sent.",
        "Send it without. A body may have 256 KB.")
    case .tooManyLines:
      Advice("An order would have more than 100 lines.", "Split it into several orders.")
    case .emptied:
      Advice(
        "The order would have no line left.", "Cancel the order by DELETE to take it back whole.")
    default:
      Advice(
        "Fields of the body, or values of the path or the query, are not what they may be. "
          + "Nothing was done.",
        "Each entry of errors names a field and what it must be; all that is wrong is listed at "
          + "once. Fields and parameters that nobody knows are refused too: they are mostly typos.")
    }
  }

  private var adviceOnKeys: Advice {
    switch self {
    case .idempotencyKeyReused:
      Advice(
        "The Idempotency-Key was sent before, with another request. Nothing was done.",
        "Make a new key for each new request, and keep it for repetitions of that one alone.")
    case .idempotencyKeyUnderWay:
      Advice(
        "The request with this Idempotency-Key is still under way.",
        "Ask again after as many seconds as Retry-After says: the answer will be that of the "
          + "first request.")
    default:
      Advice(
        "The Idempotency-Key is not one that is read, or there are several.",
        "Send one, of 1 to 255 printable ASCII characters; a UUID will do.")
    }
  }

  private var adviceOnAccess: Advice {
    switch self {
    case .forbidden:
      Advice(
        "The token is good, but what was asked for is not for its role.",
        "Use a token of a role that may; the list of calls names the roles of each.")
    case .misdirected:
      Advice(
        "The service needs no token here, so it answers only to names that are its own, and the "
          + "request's Host is none of them: a page elsewhere could give itself such a name.",
        "Use localhost or the address it listens on. Whoever runs the service can add names by "
          + "WAYBILL_ALLOWED_HOSTS, or have tokens asked for by WAYBILL_AUTH=tokens.")
    case .foreignPage:
      Advice(
        "The request comes from a page of another origin, as Origin or Sec-Fetch-Site says. The "
          + "service needs no token here, so such a page could do everything in its reader's name.",
        "Call the service from your own server. Whoever runs it can add the page's host to "
          + "WAYBILL_ALLOWED_HOSTS, or have tokens asked for by WAYBILL_AUTH=tokens.")
    case .tooManyBadTokens:
      Advice(
        "Many tokens from this address were unknown, revoked or expired, and so is this one.",
        "Find out which client still has an old token, and wait as many seconds as Retry-After "
          + "says. Good tokens from the same address are let through all the while.")
    case .tooManyRequests:
      Advice(
        "More requests came than whoever runs the service allows one sender.",
        "Wait as many seconds as Retry-After says. RateLimit-Policy is the rule, RateLimit what "
          + "is left of it.")
    default:
      Advice(
        "No token came with the request, or one that is unknown, revoked or expired.",
        "Send the header Authorization: Bearer wb_…. Whoever runs the service makes a token by "
          + "waybill token create.")
    }
  }

  private var adviceOnTrouble: Advice {
    switch self {
    case .unavailable:
      Advice(
        "The database cannot be reached, or takes no connection. Nothing was done.",
        "Try again after as many seconds as Retry-After says.")
    case .readOnly:
      Advice(
        "The database takes no changes: it is a standby, or was set to read only. "
          + "Nothing was done; what only reads goes on.",
        "Try again after as many seconds as Retry-After says. If it lasts, whoever runs the "
          + "service has to lead it to the primary: /readyz says whether writes work.")
    case .timedOut:
      Advice(
        "The database was there, but something took longer than it may: a lock that others hold, "
          + "a statement with too much to do, or too many requests before it. Nothing was done.",
        "Try again after as many seconds as Retry-After says, and wait longer each time.")
    case .outcomeUnknown:
      Advice(
        "The connection to the database broke while the change was being committed: it was done, "
          + "or it was not.",
        "With an Idempotency-Key send it again, and it is done once. Else look before trying "
          + "again; a change that carried an If-Match is refused if it was done.")
    default:
      Advice(
        "Something is wrong with the service itself, and it has been logged. A change that was "
          + "asked for is mostly not done, but that is not certain.",
        "With an Idempotency-Key send it again, and it is done once; else look before trying "
          + "again. Tell whoever runs the service the request_id of the answer.")
    }
  }

  private var adviceOnState: Advice {
    switch self {
    case .notFound:
      Advice(
        "What the address names does not exist, or is not yours to see.",
        "Check the id. Lists show what there is.")
    case .idTaken:
      Advice(
        "The id given belongs to something else already.",
        "Choose another id, or leave it out: then one is made. If it was you who made it, "
          + "change it by PATCH.")
    case .referenceUsed:
      Advice(
        "The reference is that of another order already; the message names its number.",
        "If that is the same order, sent twice, all is well. Else use another reference.")
    case .unknownCustomer:
      Advice(
        "The order names a customer whom nobody has introduced, and the service runs with "
          + "WAYBILL_UNKNOWN_CUSTOMERS=refuse. Nothing was stored.",
        "Check customer_id, or introduce the customer first: POST /customers.")
    case .unknownProduct:
      Advice(
        "An item names a product that the catalogue does not have, or no longer offers.",
        "Check product_id, or order a free item: with a price and without a product_id.")
    case .outOfStock:
      Advice(
        "There is less in stock than was asked for. Nothing was stored.",
        "Ask for no more than is available of each product in errors, or send "
          + "\"shortage\": \"partial\" to take what is there.")
    case .notEditable:
      Advice(
        "The quantities of an order change only while it is new, and only where the service "
          + "keeps the stock.",
        "Place another order for more. To take it back, cancel it while that is allowed.")
    case .notYoursToMove:
      Advice(
        "The order belongs to a process outside, which alone decides what becomes of it.",
        "Wait for the process; its state is shown by the order's status.")
    case .stockBelowZero:
      Advice(
        "The adjustment would leave less than nothing in stock.",
        "Read the product again: somebody has ordered in the meantime.")
    case .stockTooLarge:
      Advice("The adjustment would leave more than a stock can be.", "Check the number.")
    case .versionChanged:
      Advice(
        "What was to be changed is no longer what it was when you read it. Nothing was changed.",
        "Read it again, decide again, and send the ETag of that answer as If-Match.")
    default:
      Advice(
        "The order cannot go from the status it has to the one that was asked for.",
        "An order goes from new to in_progress to completed, and can be cancelled until it is "
          + "completed. Its allowed_statuses are what may come next.")
    }
  }
}
