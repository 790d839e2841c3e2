package import HTTP
import Orders

/// One operation of a contract, as a static value: the router dispatches it, the OpenAPI document
/// describes it, and tests walk over it. It holds no service; its handler is given them.
package struct Route: Sendable {
  /// Makes the answer to a call with the services of the event loop that the call is on.
  package typealias Handler = @Sendable (Call, Services) async throws -> Response
  /// The same from what is in memory, without waiting.
  package typealias ImmediateHandler = @Sendable (Call, Services) throws -> Response

  /// The method of its requests.
  package let method: Method
  /// Its path below the contract's mount.
  package let path: PathPattern
  /// What the document says about it.
  let description: RouteDescription
  /// Who may use it.
  package let access: Access
  /// The one write of the handler, if requests with a key may share a transaction for it.
  let write: GatheredWrite?
  /// Whether the handler of a call waits for what happens later, or answers a stream. Such a
  /// request does not count among those in flight, and has no deadline; instead it takes a place of
  /// `StreamPlaces`.
  let follows: @Sendable (Call) -> Bool
  /// Makes the answer.
  let handle: Handler
  /// The handler of a route that never waits; nil for a route that may.
  let handleImmediately: ImmediateHandler?

  /// Whether it answers a page of a list.
  let isList: Bool
  /// Which copies of the data may answer it.
  let reads: Reads
  /// Whether it can be tried without its effect, if it has any.
  let dryRun: DryRun

  /// Which copies of the data may answer a request that only reads (decision 58).
  enum Reads: Sendable {
    /// The primary: the answer is of this moment.
    case primary
    /// Any that has what the caller has seen and written: a replica may be behind with the rest.
    case anyCopy
    /// The same, unless the handler waits for what happens later.
    case anyCopyUnlessFollowing
  }

  /// What a request for a dry run gets (decision 46).
  enum DryRun: Sendable {
    /// The true answer, and its transaction is rolled back. All effects of the handler must be in
    /// the database.
    case rolledBack
    /// A refusal, as the handler has an effect outside the database, or makes a secret.
    case refused
  }

  /// Whether a request with an idempotency key takes effect once.
  let takesKeys: Bool

  /// Whether the handler may wait for the database or another service.
  var mayWait: Bool { handleImmediately == nil }

  /// A route whose handler waits for the database or another service.
  ///
  /// - Parameters:
  ///   - reads: For a route of GET only.
  ///   - isList: Whether it reads as much as a list; nil for what its parameters tell.
  ///   - takesKeys: Whether keys are heeded, if the method changes something. Only a route whose
  ///     answer must not be stored heeds none.
  init(
    _ method: Method, _ path: PathPattern, _ description: RouteDescription, access: Access,
    write: GatheredWrite? = nil, reads: Reads = .primary, isList: Bool? = nil,
    dryRun: DryRun = .rolledBack,
    takesKeys: Bool = true,
    follows: @escaping @Sendable (Call) -> Bool = { _ in false },
    _ handler: @escaping Handler
  ) {
    self.method = method
    self.path = path
    self.description = description
    self.access = access
    self.write = write
    self.reads = reads
    self.follows = follows
    self.isList = isList ?? description.queryNames.contains(Parameter.cursorName)
    self.dryRun = dryRun
    self.takesKeys = takesKeys && [.post, .put, .patch, .delete].contains(method)
    handle = handler
    handleImmediately = nil
  }

  /// A route that answers from what is in memory.
  init(
    _ method: Method, _ path: PathPattern, _ description: RouteDescription, access: Access,
    immediate handler: @escaping ImmediateHandler
  ) {
    self.method = method
    self.path = path
    self.description = description
    self.access = access
    write = nil
    reads = .primary
    follows = { _ in false }
    isList = false
    dryRun = .refused
    takesKeys = false
    handle = { call, services in try handler(call, services) }
    handleImmediately = handler
  }
}

extension Route {
  /// Slots that a list holds. It reads up to a thousand rows on one of the few connections for
  /// reads, and look-ups wait behind it. With so many slots, one sender has at most 8 lists at a
  /// time, and all senders together have 16.
  static let slotsOfList = 16
  /// Slots of a request for many orders: it holds a connection and its locks for longer than the
  /// request for one.
  static let slotsOfBatch = 16
  /// Slots of a request with a key that cannot share a transaction, and of a dry run: it holds one
  /// of the few connections for writes, perhaps while it waits for a lock. With so many slots, one
  /// sender holds at most 5 of the 8 connections.
  static let slotsOfTransaction = 24

  /// Whether any copy of the data may answer a call that is new enough.
  func readsAnyCopy(_ call: Call) -> Bool {
    switch reads {
    case .primary: false
    case .anyCopy: true
    case .anyCopyUnlessFollowing: !follows(call)
    }
  }

  /// What a call takes of the server.
  func demand(_ call: Call, of sender: Sender) -> Demand {
    if isList { return Demand(of: sender, slots: Self.slotsOfList) }
    if call.mayPreferDryRun || write == nil && call.isKeyed {
      return Demand(of: sender, slots: Self.slotsOfTransaction)
    }
    let isBatch = write?.requestsMax == 1
    return Demand(of: sender, slots: isBatch ? Self.slotsOfBatch : 1)
  }
}
