import Glibc

/// The text of a small file, or nil when it cannot be read.
func readFile(_ path: String, bytesMax: Int = 1 << 20) -> String? {
  readBytes(path, bytesMax: bytesMax).flatMap { String(validating: $0, as: UTF8.self) }
}

/// What a small file holds, or nil when it cannot be read.
func readBytes(_ path: String, bytesMax: Int = 1 << 20) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 16_384)
  while bytes.count < bytesMax {
    let count = read(descriptor, &chunk, chunk.count)
    guard count >= 0 else { return nil }
    guard count > 0 else { break }
    bytes.append(contentsOf: chunk[..<count])
  }
  return bytes
}
