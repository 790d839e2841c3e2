import CEmbedded
import OrderAPI

/// The files of Swagger UI, which are part of the program.
enum DocumentFiles {
  static func browser() -> Documents.Browser {
    Documents.Browser(
      script: bytes(embedded_swagger_script()), style: bytes(embedded_swagger_style()))
  }

  private static func bytes(_ file: embedded_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }
}
