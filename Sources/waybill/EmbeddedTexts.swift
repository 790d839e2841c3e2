import CEmbedded

/// Files of text that are part of the program, in order.
func embeddedTexts(_ list: UnsafePointer<embedded_text>) -> [(name: String, text: String)] {
  var files: [(name: String, text: String)] = []
  var next = list
  while let name = next.pointee.name {
    files.append((String(cString: name), String(cString: next.pointee.text)))
    next += 1
  }
  return files
}
