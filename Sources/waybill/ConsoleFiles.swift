import CEmbedded
import Console

/// The files of the console, which are part of the program.
enum ConsoleFiles {
  /// Those of the program, or those of a folder for somebody who works on them.
  static func console(from folder: String?) throws(ConfigurationError) -> Console {
    guard let folder else { return Console(embedded) }
    guard let console = Console(reading: { readBytes("\(folder)/\($0)") }) else {
      throw ConfigurationError("--console-from \(folder): there is no index.html to be read")
    }
    return console
  }

  static var embedded: [(name: String, bytes: [UInt8])] {
    var files: [(name: String, bytes: [UInt8])] = []
    var next = embedded_console_files()!
    while let name = next.pointee.name {
      files.append((String(cString: name), Array(String(cString: next.pointee.text).utf8)))
      next += 1
    }
    return files
  }
}
