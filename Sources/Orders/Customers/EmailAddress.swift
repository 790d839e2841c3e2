/// An e-mail address.
///
/// Only a message can show whether an address exists. So this refuses only what cannot be an
/// address: a text with no `@` or with several, with blanks or control characters, with a host
/// without a point, or with empty labels.
package struct EmailAddress: ExactText {
  /// How many characters an address may have, after RFC 5321.
  package static let allowedLength = 3...254
  /// How many characters may stand before the `@`.
  package static let localLengthMax = 64

  /// The address as it was given.
  package let value: String

  /// The address, or nil when the text does not look like one.
  package init?(_ text: String) {
    guard text.isText(Self.allowedLength), text.unicodeScalars.allSatisfy(Self.isVisible) else {
      return nil
    }
    let parts = text.unicodeScalars.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...Self.localLengthMax).contains(parts[0].count) else { return nil }
    let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy(Self.isLabel) else { return nil }
    value = text
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "<", ">", "(", ")", ",", ";", ":", "\"", "\\", "[", "]": return false
    case "!"..."~": return true
    default: break
    }
    // To look a category up takes long, and few addresses get here.
    return switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator,
      .spaceSeparator:
      false
    default: true
    }
  }

  private static func isLabel(_ label: Substring.UnicodeScalarView) -> Bool {
    (1...63).contains(label.count) && label.first != "-" && label.last != "-"
      && label.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "-": true
        default: !scalar.isASCII
        }
      }
  }
}
