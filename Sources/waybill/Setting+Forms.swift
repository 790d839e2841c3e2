import JSON

extension Setting {
  /// The table for programs.
  static var json: String {
    let document = JSONWriter.object { json in
      json.array("settings") { items in
        for setting in all {
          items.object { item in
            item.string("name", setting.name)
            item.string("default", setting.standard)
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
    return head + all.map(\.lines).joined()
  }

  private var lines: String {
    let file = isSecret ? "#\(name)_FILE=/path/of/a/file/that/holds/it\n" : ""
    let (plain, standard) = (meaning.filter { $0 != "`" }, standard.filter { $0 != "`" })
    return "\n# \(plain)\n# default: \(standard)\n#\(name)=\n\(file)"
  }
}
