// Two threads count under a Mutex. Nothing races; the thread sanitizer says that something does.
import Glibc
import Synchronization

final class Counter: Sendable {
  let count = Mutex(0)
}

let counter = Counter()
var threads = [pthread_t]()
for _ in 0..<2 {
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { argument in
      let counter = Unmanaged<Counter>.fromOpaque(argument!).takeUnretainedValue()
      for _ in 0..<100_000 { counter.count.withLock { $0 += 1 } }
      return nil
    }, Unmanaged.passUnretained(counter).toOpaque())
  threads.append(thread)
}
for thread in threads { pthread_join(thread, nil) }
print(counter.count.withLock { $0 })
