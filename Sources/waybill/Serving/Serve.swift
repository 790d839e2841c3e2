import EventLoop
import Glibc
import HTTPServer
import Jobs
import OrderAPI
import OrderService
import OrderStore
import Orders
import Postgres
import Telemetry

/// `waybill serve`: starts all parts of the service in order, and stops them in the reverse order.
struct Serve {
  private let configuration: Configuration
  private let environment: Environment
  /// A folder from which the console is served instead of the files in the program.
  private let consoleFolder: String?

  init(_ configuration: Configuration, _ environment: Environment, consoleFolder: String? = nil) {
    self.configuration = configuration
    self.environment = environment
    self.consoleFolder = consoleFolder
  }

  func run() throws -> Int32 {
    raiseDescriptorLimit()
    let log = Log(configuration.log)
    defer { log.close() }
    // SIGHUP must not stop a service that is still starting. That takes some seconds when a private
    // PostgreSQL is started first.
    StopSignals.ofProcess.keepHangUps()
    let migrator = try Schema.migrator()
    let console = try ConsoleFiles.console(from: consoleFolder)
    try RunningDatabase.refuseUnusableTargets(configuration)
    let ports = try Ports(configuration, systemd: InheritedSockets(systemd: environment))
    let database = try RunningDatabase(configuration)
    defer { database.stop() }
    StopSignals.ofProcess.endProcess {
      log.write(.notice, "stopped before it was ready to serve")
      database.stop()
      log.close()
      // With success, as the service did what it was told.
      _exit(0)
    }
    let reload = Reload(environment, database, log)
    StopSignals.ofProcess.reload { reload.run() }
    let shared = Shared(
      configuration: configuration, auth: configuration.mode(onLoopback: ports.areLoopback),
      target: database.target, requestTarget: database.requestTarget,
      replicas: Replicas(database.replicaTarget, configuration.replicas), log: log,
      schemaVersion: migrator.files.count, address: "\(ports.main.address)", console: console)
    let (isEmbedded, owner) = (database.isEmbedded, database.owner)
    database.supervise(log: log)
    let loop = EventLoop()
    return try loop.runUntilDone { loop in
      if isEmbedded { try await preparePrivateDatabase(shared, migrator, as: owner, on: loop) }
      let preparation = isEmbedded ? nil : DatabasePreparation(shared, migrator, on: loop)
      let code = try await serve(shared, ports, preparation, on: loop)
      if let failure = preparation?.failure { throw failure }
      return code
    }
  }

  /// Migrates a private database. The schema of an external one is only checked.
  private func preparePrivateDatabase(
    _ shared: Shared, _ migrator: Migrator, as owner: ConnectionString, on loop: EventLoop
  ) async throws {
    let outcome = try await SchemaUpgrade(migrator, configuration).run(owner, on: loop)
    for file in outcome.applied {
      shared.log.write(.notice, "applied a migration", ["file": file.fileName])
    }
    if let notice = outcome.bootstrap?.notice {
      shared.log.write(
        notice.cure == nil ? .notice : .warning, notice.message,
        notice.cure.map { ["cure": $0] } ?? [:])
    }
    try outcome.currency.refuseOther(configuration.currency)
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
    _ shared: Shared, _ ports: Ports, _ preparation: DatabasePreparation?, on loop: EventLoop
  ) async throws -> Int32 {
    let handOver = try configuration.handOverSocket.map {
      try DescriptorOffer.ports(ports, at: $0, log: shared.log, on: loop)
    }
    let own = Worker(shared, ports, on: loop)
    let running = shared.jobs.start(
      JobContext(target: shared.target, database: own.database, log: shared.log))
    var others: [WorkerThread] = []
    for number in 1..<configuration.loops {
      others.append(await WorkerThread(shared, ports, number: number))
    }
    let monitor = ReplicaMonitor(of: shared, on: loop)
    monitor?.start()
    let stopSignal = stopSignal(on: loop, log: shared.log)
    announce(ports, shared)
    preparation?.start()
    loop.spawn { await adviseToken(shared, on: loop) }
    for await _ in stopSignal {}
    handOver?.stop()
    await announceDrain(own, others, on: loop)
    preparation?.stop()
    running.stop()
    async let drained = drain(others)
    let isClean = await own.drain()
    let areClean = await drained
    await running.stopped()
    await monitor?.stop()
    for other in others { other.stop() }
    shared.log.write(
      .notice, isClean && areClean ? "stopped" : "stopped; some requests were cut off")
    return isClean && areClean ? 0 : 1
  }

  /// Keeps serving while the service drains. `/readyz` tells load balancers to send requests
  /// elsewhere; in the second half, each connection ends with its next answer.
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

  /// Logs how to make a first token when there is none. Does not wait for a database that is away.
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

  /// A stream that ends when SIGTERM or SIGINT comes, from now on.
  private func stopSignal(on loop: EventLoop, log: Log) -> AsyncStream<Never> {
    let (signal, continuation) = AsyncStream.makeStream(of: Never.self)
    StopSignals.ofProcess.tell {
      // Runs after the work that the loop has already, such as connections to accept.
      loop.execute {
        log.write(.notice, "stopping: finishing what was begun")
        continuation.finish()
      }
    }
    return signal
  }

  /// Each connection takes a descriptor. The soft limit exists for programs that use `select`.
  private func raiseDescriptorLimit() {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
