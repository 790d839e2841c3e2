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
    embeddedTexts(embedded_console_files()).map { ($0.name, Array($0.text.utf8)) }
  }
}
