import Glibc

/// What libFuzzer runs; FUZZ_TARGET names the reader.
private let target = getenv("FUZZ_TARGET").flatMap { Target(rawValue: String(cString: $0)) }

/// Writes the seeds into the folder FUZZ_SEEDS, before libFuzzer reads it.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafePointer<CInt>, _ arguments: UnsafeRawPointer) -> CInt {
  guard let target else {
    fatalError("FUZZ_TARGET must be one of \(Target.allCases.map(\.rawValue))")
  }
  guard let folder = getenv("FUZZ_SEEDS").map({ String(cString: $0) }) else { return 0 }
  for (number, seed) in target.seeds.enumerated() {
    guard let file = fopen("\(folder)/seed-\(number)", "we") else {
      fatalError("cannot write into \(folder)")
    }
    fwrite(seed, 1, seed.count, file)
    fclose(file)
  }
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target?.run(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
