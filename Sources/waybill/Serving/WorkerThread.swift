import EventLoop

/// A worker on a thread of its own.
struct WorkerThread: Sendable {
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
