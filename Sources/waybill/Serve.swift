import EventLoop
import Glibc
import HTTPServer
import OrderAPI
import OrderService
import OrderStore
import Orders
import Postgres

/// `waybill serve`: brings everything up in order, and down in the reverse order.
struct Serve {
  private let configuration: Configuration
  private let environment: Environment

  init(_ configuration: Configuration, _ environment: Environment) {
    self.configuration = configuration
    self.environment = environment
  }

  func run() throws -> Int32 {
    raiseDescriptorLimit()
    let log = Log(configuration.log)
    defer { log.close() }
    let migrator = try Schema.migrator()
    try RunningStore.refuseUnusableTargets(configuration)
    let ports = try Ports(configuration, systemd: InheritedSockets(systemd: environment))
    let store = try RunningStore(configuration)
    defer { store.stop() }
    Interruption.ofProcess.endsProcess {
      log.write(.notice, "stopped before it was ready to serve")
      store.stop()
      log.close()
      // In good order, as it was told to.
      _exit(0)
    }
    // From now on: whoever asks for that must not stop a service that is still starting.
    let reload = Reload(environment, store, log)
    Interruption.ofProcess.reloads { reload.run() }
    let shared = Shared(
      configuration: configuration, auth: configuration.mode(onLoopback: ports.areLoopback),
      target: store.target, requestTarget: store.requestTarget, log: log,
      schemaVersion: migrator.files.count, address: "\(ports.main.address)")
    let (isEmbedded, owner) = (store.isEmbedded, store.owner)
    store.keep(log: log)
    let loop = EventLoop()
    return try loop.runUntilDone { loop in
      if isEmbedded { try await prepareOwn(shared, migrator, as: owner, on: loop) }
      let preparation = isEmbedded ? nil : Preparation(shared, migrator, on: loop)
      let code = try await serve(shared, ports, preparation, on: loop)
      if let refusal = preparation?.refusal { throw refusal }
      return code
    }
  }

  /// The schema of our own cluster is our own business; anybody else's is only looked at.
  private func prepareOwn(
    _ shared: Shared, _ migrator: Migrator, as owner: ConnectionString, on loop: EventLoop
  ) async throws {
    let outcome = try await SchemaUpgrade(migrator, configuration).run(owner, on: loop)
    for file in outcome.applied {
      shared.log.write(.notice, "applied a migration", ["file": file.fileName])
    }
    if let news = outcome.bootstrap?.news {
      shared.log.write(
        news.cure == nil ? .notice : .warning, news.message, news.cure.map { ["cure": $0] } ?? [:])
    }
    guard configuration.seedsDemoData else { return }
    try await shared.target.administer("the demo data cannot be inserted", on: loop) { database in
      if try await DemoData(database).insert() {
        shared.log.write(.notice, "inserted the demo data")
      }
      if let token = try await TokenRepository(database).renewDemo() {
        shared.log.write(.notice, "made a token to try the shop with", ["token": token.secret])
      }
    }
  }

  private func serve(
    _ shared: Shared, _ ports: Ports, _ preparation: Preparation?, on loop: EventLoop
  ) async throws -> Int32 {
    let handOver = try configuration.handOverSocket.map {
      try DescriptorOffer.ports(ports, at: $0, log: shared.log, on: loop)
    }
    let own = Worker(shared, ports, on: loop)
    let report = ReportJob.start(shared, on: loop)
    let processes = ProcessJob(shared, on: loop)
    let backlog = BacklogJob(shared, own.database)
    let pruning = PruneJob.start(shared, on: loop)
    let news = Notifications(
      shared.target, channels: [TokenRepository.channel], pulse: TokenRepository.pulse, on: loop
    ) { shared.tokenNews.hear($0) }
    var others: [WorkerThread] = []
    for number in 1..<configuration.loops {
      others.append(await WorkerThread(shared, ports, number: number))
    }
    let stopSignal = stopSignal(on: loop, log: shared.log)
    announce(ports, shared)
    preparation?.start()
    loop.spawn { await adviseToken(shared, on: loop) }
    for await _ in stopSignal {}
    handOver?.stop()
    await announceDrain(own, others, on: loop)
    preparation?.stop()
    report.stop()
    processes?.stop()
    backlog.stop()
    pruning.stop()
    news.close()
    async let drained = drain(others)
    let isClean = await own.drain()
    let areClean = await drained
    await processes?.stopped()
    for other in others { other.stop() }
    shared.log.write(
      .notice, isClean && areClean ? "stopped" : "stopped; some requests were cut off")
    return isClean && areClean ? 0 : 1
  }

  /// Serves on for the time of draining. `/readyz` tells load balancers to send requests elsewhere;
  /// in the second half, each connection ends with its next answer.
  private func announceDrain(_ own: Worker, _ others: [WorkerThread], on loop: EventLoop) async {
    own.reportDraining()
    for other in others { other.execute { $0.reportDraining() } }
    guard configuration.drainSeconds > 0 else { return }
    let half = Duration.seconds(configuration.drainSeconds) / 2
    await loop.pause(for: half)
    own.closeConnectionsAfterAnswers()
    for other in others { other.execute { $0.closeConnectionsAfterAnswers() } }
    await loop.pause(for: half)
  }

  private func announce(_ ports: Ports, _ shared: Shared) {
    if shared.auth == .open, !ports.areLoopback {
      shared.log.write(
        .warning, "whoever reaches this address may do everything: WAYBILL_AUTH is open",
        ["host": ports.main.address.host])
    }
    ports.announce(to: shared.log)
    if Terminal.isOutput, configuration.log.format == .text {
      let text = Banner.text(address: "\(ports.main.address)", mode: shared.auth)
      shared.log.append(Array(text.utf8))
    }
  }

  /// Tells somebody's first start how to get in. A database that is away is no reason to wait.
  private func adviseToken(_ shared: Shared, on loop: EventLoop) async {
    guard shared.auth == .tokens else { return }
    let database = Database(shared.target, settings: .administration, on: loop)
    if let tokens = try? await TokenRepository(database).list(),
      tokens.allSatisfy({ $0.role.customer != nil || $0.revokedAt != nil })
    {
      shared.log.write(
        .warning, "requests need a token and there is none yet but customers'",
        ["cure": "waybill token create --role admin"])
    }
    await database.close()
  }

  private func drain(_ workers: [WorkerThread]) async -> Bool {
    var areClean = true
    for worker in workers { areClean = await worker.drain() && areClean }
    return areClean
  }

  /// Ends when SIGTERM or SIGINT comes; heard from now on.
  private func stopSignal(on loop: EventLoop, log: Log) -> AsyncStream<Never> {
    let (signal, continuation) = AsyncStream.makeStream(of: Never.self)
    Interruption.ofProcess.isTold {
      // In its turn on the loop, behind the connections that came before it.
      loop.execute {
        log.write(.notice, "stopping: finishing what was begun")
        continuation.finish()
      }
    }
    return signal
  }

  /// A descriptor is a connection: the soft limit is there for programs that use `select`.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

/// A worker on a thread of its own.
private struct WorkerThread: Sendable {
  private let thread: LoopThread
  private let worker: LoopBound<Worker>

  init(_ shared: Shared, _ ports: Ports, number: Int) async {
    thread = LoopThread(name: "waybill-\(number)")
    worker = await thread.loop.make { Worker(shared, ports, on: $0) }
  }

  func execute(_ work: @escaping @Sendable (Worker) -> Void) {
    thread.loop.execute { work(worker.value) }
  }

  func drain() async -> Bool {
    await withCheckedContinuation { continuation in
      thread.loop.execute {
        thread.loop.spawn { continuation.resume(returning: await worker.value.drain()) }
      }
    }
  }

  func stop() { thread.stop() }
}
