package import EventLoop

/// Runs `count` tasks on the current loop, all started in one turn, and returns their results in
/// order.
package func together<Result>(
  _ count: Int, on loop: EventLoop, _ body: @escaping (Int) async -> Result
) async -> [Result] {
  let gathered = Gathered<Result>(count)
  await withUnsafeContinuation { continuation in
    for index in 0..<count {
      loop.spawn {
        gathered.results[index] = await body(index)
        gathered.left -= 1
        if gathered.left == 0 { continuation.resume() }
      }
    }
  }
  return gathered.results.compactMap(\.self)
}

private final class Gathered<Result> {
  var results: [Result?]
  var left: Int

  init(_ count: Int) {
    results = Array(repeating: nil, count: count)
    left = count
  }
}
