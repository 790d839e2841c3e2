import JSON
import Orders

// What the fulfilment contract shows and reads.

/// An order of this contract.
struct FulfilmentOrder: AnswerObject {
  let id: String
  let status: FulfilmentContract.Word

  static let schema = describe(
    "FulfilmentOrder", "An order that is fulfilled outside.", isOpen: false)

  func write(to json: inout some AnswerFields) {
    json.string("id", id, "The client's own id for it.", "o-1")
    json.word("status", status, "Where it stands.")
  }

  static let sample = FulfilmentOrder(id: "o-1", status: .created)
}

extension FulfilmentOrder {
  init(_ order: Order) {
    // In the database every order of this channel has a reference.
    self.init(id: order.reference ?? "", status: FulfilmentContract.Word(order.status))
  }
}

extension FulfilmentContract {
  /// The statuses of this contract.
  enum Word: String, FieldWord {
    case created = "CREATED"
    case processing = "PROCESSING"
    case fulfilled = "FULFILLED"
    case failed = "FAILED"

    static let schema = Schema.word(Self.self)
      .about(
        "`CREATED`; `PROCESSING` once the process service has accepted it; then `FULFILLED` or "
          + "`FAILED` for good."
      ).named("FulfilmentStatus")

    init(_ status: OrderStatus) {
      self =
        switch status {
        case .new: .created
        case .inProgress: .processing
        case .completed: .fulfilled
        // The database does not let anybody cancel an order of this channel.
        case .failed, .cancelled: .failed
        }
    }

    var status: OrderStatus {
      switch self {
      case .created: .new
      case .processing: .inProgress
      case .fulfilled: .completed
      case .failed: .failed
      }
    }
  }
}

// MARK: - Bodies

extension OrderReference {
  static let fulfilmentSchema = BodySchema.collect(OrderReference.init(reading:))
    .about("An order to have fulfilled.").named("FulfilmentNewOrder")

  /// The id of an order that is to be fulfilled.
  init(reading body: some BodyFields) throws(JSONInvalid) {
    let id = body.required("id", .text(OrderReference.self), "The client's own id for it.", "o-1")
    try body.check()
    guard let id else { throw body.refuse("must be an order") }
    self = id
  }
}
