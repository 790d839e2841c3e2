import JSON

extension Settings {
  /// The table for people, in Markdown.
  static var markdown: String {
    let rows = all.map {
      let file = $0.isSecret ? " (or `\($0.fileName)`)" : ""
      return "| `\($0.name)`\(file) | \($0.defaultText) | \($0.meaning) |"
    }
    return (["| variable | default | meaning |", "| --- | --- | --- |"] + rows)
      .joined(separator: "\n")
  }

  /// The table for programs.
  static var json: String {
    let document = JSONWriter.object { json in
      json.array("settings") { items in
        for setting in all {
          items.object { item in
            item.string("name", setting.name)
            item.string("default", setting.defaultText)
            item.string("meaning", setting.meaning)
            item.boolean("may_be_in_file", setting.isSecret)
          }
        }
      }
    }
    return String(decoding: document, as: UTF8.self) + "\n"
  }

  /// A file of variables, each with its meaning and commented out.
  static var environmentFile: String {
    let head = """
      # What waybill is told, one NAME=value a line.
      # `waybill doctor` checks it, `man waybill` explains it.

      """
    return head + all.map(lines).joined()
  }

  private static func lines(_ setting: any AnySetting) -> String {
    let file = setting.isSecret ? "#\(setting.fileName)=/path/of/a/file/that/holds/it\n" : ""
    let meaning = setting.meaning.filter { $0 != "`" }
    let standard = setting.defaultText.filter { $0 != "`" }
    return "\n# \(meaning)\n# default: \(standard)\n#\(setting.name)=\n\(file)"
  }
}
