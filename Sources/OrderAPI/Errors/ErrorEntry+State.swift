import HTTP
import Orders

// Codes for requests that the state of the data did not allow.

extension ErrorEntry {
  static var notFound: ErrorEntry {
    ErrorEntry(
      .notFound, isStored: true,
      sentence: .about { "There is no \($0)." },
      happened: "What the address names does not exist, or is not yours to see.",
      cure: "Check the id. Lists show what there is.",
      sample: .order(.unknownOrder))
  }

  static var idTaken: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "There is a \($0) already." },
      happened: "The id given belongs to something else already.",
      cure: """
        Choose another id, or leave it out: then one is made. If it was you who made it, \
        change it by PATCH.
        """,
      sample: .order(.idTaken("product \(ProductID.webcam)")))
  }

  static var versionChanged: ErrorEntry {
    ErrorEntry(
      // Not stored: a client that has read the resource again sends the same request with a new
      // condition, and may use the same key for it.
      .preconditionFailed,
      sentence: "It has changed since it was read.",
      happened: """
        What was to be changed is no longer what it was when you read it. Nothing was changed.
        """,
      cure: "Read it again, decide again, and send the ETag of that answer as If-Match.",
      sample: .order(.versionChanged))
  }
}

// MARK: - Placing and editing orders

extension ErrorEntry {
  static var referenceUsed: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "The reference is that of order \($0) already." },
      happened: "The reference is that of another order already; the message names its number.",
      cure: """
        If that is the same order, sent twice, all is well. Else use another reference.
        """,
      sample: .order(.referenceUsed(number: 1_042)))
  }

  static var unknownCustomer: ErrorEntry {
    ErrorEntry(
      .unprocessableContent, isStored: true,
      sentence: .about { "Nobody has introduced the customer \($0)." },
      happened: """
        The order names a customer whom nobody has introduced, and the service runs with \
        WAYBILL_UNKNOWN_CUSTOMERS=refuse. Nothing was stored.
        """,
      cure: "Check customer_id, or introduce the customer first: POST /customers.",
      sample: .order(.customerNotIntroduced(CustomerID("c-9")!)))
  }

  static var unknownProduct: ErrorEntry {
    ErrorEntry(
      .unprocessableContent, isStored: true,
      sentence: .about { "Not in the catalogue: \($0)." },
      happened: "An item names a product that the catalogue does not have, or no longer offers.",
      cure:
        "Check product_id, or order a free item: with a price and without a product_id.",
      sample: .order(.notOrderable([.webcam])))
  }

  static var outOfStock: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "Out of stock: \($0)." },
      happened: "There is less in stock than was asked for. Nothing was stored.",
      cure: """
        Ask for no more than is available of each product in errors, or send \
        "shortage": "partial" to take what is there.
        """,
      sample: .order(
        .outOfStock([Shortfall(product: .webcam, requested: 2, available: 0)])))
  }

  static var tooManyLines: ErrorEntry {
    let most = NewOrder.allowedLines.upperBound
    return ErrorEntry(
      .badRequest, isStored: true,
      sentence: .fixed("An order has at most \(most) lines."),
      happened: "An order would have more than \(most) lines.",
      cure: "Split it into several orders.",
      sample: .order(.tooManyLines))
  }

  static var emptied: ErrorEntry {
    ErrorEntry(
      .badRequest, isStored: true,
      sentence: "An order keeps at least one line; cancel it to take it back.",
      happened: "The order would have no line left.",
      cure: "Cancel the order by DELETE to take it back whole.",
      sample: .order(.emptied))
  }

  static var notEditable: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about {
        "Items change only while an order is new and its stock is ours, ship_to until it is done; "
          + "this one is \($0)."
      },
      happened: """
        The quantities of an order change only while it is new, and only where the service \
        keeps the stock. Where it goes changes until it is completed, failed or cancelled.
        """,
      cure: "Place another order for more. To take it back, cancel it while that is allowed.",
      sample: .order(.notEditable(.completed)))
  }
}

// MARK: - Batches

extension ErrorEntry {
  static var batchRefused: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "\($0) orders are refused, so none was placed." },
      happened: """
        The orders were to be placed all together, "mode": "all", and some of them cannot be. \
        Nothing was stored.
        """,
      cure: """
        Each entry of errors names an order by its place, and has the refusal that it would get \
        alone. Correct or leave out these orders, or send "mode": "each" to place the others.
        """,
      sample: .batchRefused(
        [(1, .outOfStock([Shortfall(product: .webcam, requested: 2, available: 0)]))], of: 2))
  }
}

// MARK: - Moving orders

extension ErrorEntry {
  static var wrongStatus: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "The order is \($0)." },
      happened: "The order cannot go from the status it has to the one that was asked for.",
      cure: """
        An order goes from new to in_progress to completed, and can be cancelled until it is \
        completed. Its allowed_statuses are what may come next.
        """,
      sample: .order(.cannotMove(from: .completed, to: .new)))
  }

  static var notYoursToMove: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "This order is moved by the process that fulfils it.",
      happened: """
        The order belongs to a process outside, which alone decides what becomes of it.
        """,
      cure: "Wait for the process; its state is shown by the order's status.",
      sample: .order(.notYoursToMove))
  }
}

// MARK: - Shipments

extension ErrorEntry {
  static var notShippable: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "Nothing goes out of an order that is \($0)." },
      happened: "The order is cancelled or failed, so nothing goes out of it.",
      cure: "Place another order.",
      sample: .order(.notShippable(.cancelled)))
  }

  static var tooManyShipped: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "More than is still to go out: \($0)." },
      happened: """
        More units were to go out than the order has, less those that have gone out and those that \
        came back without having gone out. Nothing was changed.
        """,
      cure: """
        Ship no more than is available of each item in errors, or leave items out to ship all that \
        is left.
        """,
      sample: .order(.tooManyShipped([ExcessItem(item: 0, requested: 2, available: 1)])))
  }

  static var nothingToShip: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "Everything in this order has gone out.",
      happened: "All units of the order have gone out, so there is nothing left for a shipment.",
      cure: """
        All is well if the shipment was sent twice. To correct its carrier or tracking number, \
        change the order's shipping.
        """,
      sample: .order(.nothingToShip))
  }

  static var tooManyShipments: ErrorEntry {
    let most = NewShipment.allowedNumber.upperBound
    return ErrorEntry(
      .conflict, isStored: true,
      sentence: .fixed("An order goes out in at most \(most) shipments."),
      happened: "An order would have more than \(most) shipments.",
      cure: "Put more units into each.",
      sample: .order(.tooManyShipments))
  }

  static var alreadyShipped: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about {
        $0.isEmpty
          ? "Goods of this order have been shipped, so it cannot be cancelled."
          : "An order keeps what has been shipped: \($0)."
      },
      happened: "The change would take goods out of the order that have gone out.",
      cure: """
        Keep at least the shipped quantity of each product in errors. What comes back is taken \
        back by a return when the order is completed.
        """,
      sample: .order(
        .alreadyShipped([ShippedProduct(product: .webcam, requested: 0, shipped: 1)])))
  }
}

// MARK: - Returns

extension ErrorEntry {
  static var notReturnable: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "Goods come back of completed orders only; this one is \($0)." },
      happened: "Goods come back only when the order is completed.",
      cure: "Cancel the order while it is new or in progress: then all of it is in stock again.",
      sample: .order(.notReturnable(.new)))
  }

  static var tooManyReturned: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "More than was sold and has not come back yet: \($0)." },
      happened: """
        More units of a product were to come back than the order has, less those that came back \
        before. Nothing was changed.
        """,
      cure: "Take back no more than is available of each product in errors.",
      sample: .order(
        .tooManyReturned([Shortfall(product: .webcam, requested: 2, available: 1)])))
  }
}

// MARK: - The feed

extension ErrorEntry {
  static var historyChanged: ErrorEntry {
    ErrorEntry(
      .conflict,
      sentence: "The cursor is of a history that is no more: export again.",
      happened: """
        The database was restored from a copy, or lost its newest commits in a fail-over, so some \
        of what you have read in the feed has not happened any more.
        """,
      cure: """
        Export what you follow again, and go on after the Waybill-Cursor of that export. To \
        accept the gap instead, go on with after=latest.
        """,
      sample: .order(.historyChanged))
  }
}

// MARK: - Tokens and saved views

extension ErrorEntry {
  static var lastAdmin: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "This is the only valid token of an admin.",
      happened: "Without this token nobody could make or revoke tokens by the API any more.",
      cure: """
        Make another admin's token first. Whoever runs the service can revoke this one all the \
        same, by waybill token revoke.
        """,
      sample: .order(.lastAdmin))
  }

  static var tokenEnded: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "The token is revoked or has expired.",
      happened: "Only a valid token can be replaced by one like it.",
      cure: "Make a new token.",
      sample: .order(.tokenEnded))
  }

  static var tooManyViews: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "There are too many saved views.",
      happened: "A person may have 100 saved views, and all together may share 200.",
      cure: "Delete one that nobody uses.",
      sample: .order(.tooManyViews))
  }
}

// MARK: - Stock

extension ErrorEntry {
  static var stockBelowZero: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: .about { "Only \($0) are in stock, and it cannot go below zero." },
      happened: "The adjustment would leave less than nothing in stock.",
      cure: "Read the product again: somebody has ordered in the meantime.",
      sample: .order(.stockBelowZero(stock: 2)))
  }

  static var stockTooLarge: ErrorEntry {
    ErrorEntry(
      .conflict, isStored: true,
      sentence: "No stock can be that large.",
      happened: "The adjustment would leave more than a stock can be.",
      cure: "Check the number.",
      sample: .order(.stockTooLarge))
  }
}

extension ProductID {
  /// The product that samples are about.
  fileprivate static var webcam: ProductID { ProductID("webcam")! }
}
