/// A drawing as SVG text, in whole pixels, so that the same things drawn give the same bytes.
///
/// Text is in a font whose letters all have the same width: how wide a text is needs no font file.
package struct Picture: Sendable {
  package enum Size: Int, Sendable {
    case small = 11
    case normal = 13
  }

  /// Where a text stands relative to its point.
  package enum Anchor: String, Sendable {
    case start, middle, end
  }

  private let width: Int
  private let height: Int
  private let title: String
  private var elements: [String] = []

  package init(width: Int, height: Int, title: String) {
    (self.width, self.height, self.title) = (width, height, title)
  }

  /// How wide a text is at most, in pixels.
  package static func width(of text: String, _ size: Size = .normal) -> Int {
    (text.count * size.rawValue * 61 + 99) / 100
  }

  package mutating func box(x: Int, y: Int, width: Int, height: Int, fill: String) {
    elements.append(
      """
      <rect x="\(x)" y="\(y)" width="\(width)" height="\(height)" fill="\(fill)" \
      stroke="#57606a"/>
      """)
  }

  package mutating func text(
    _ text: String, x: Int, y: Int, size: Size = .normal, anchor: Anchor = .start,
    isBold: Bool = false, color: String = "#1f2328"
  ) {
    elements.append(
      """
      <text x="\(x)" y="\(y)" font-size="\(size.rawValue)" text-anchor="\(anchor.rawValue)" \
      fill="\(color)"\(isBold ? " font-weight=\"bold\"" : "")>\(Self.escaped(text))</text>
      """)
  }

  /// A line through points.
  package mutating func line(
    through points: [(x: Int, y: Int)], isDashed: Bool = false, color: String
  ) {
    let path = points.map { "\($0.x),\($0.y)" }.joined(separator: " ")
    elements.append(
      """
      <polyline points="\(path)" fill="none" stroke="\(color)" stroke-width="1.5"\
      \(isDashed ? " stroke-dasharray=\"5 3\"" : "")/>
      """)
  }

  /// The same with an arrow's head at its end.
  package mutating func arrow(
    through points: [(x: Int, y: Int)], isDashed: Bool = false, color: String = "#0550ae"
  ) {
    guard points.count > 1, let end = points.last else { return }
    line(through: points, isDashed: isDashed, color: color)
    let before = points[points.count - 2]
    let (dx, dy) = ((end.x - before.x).signum(), (end.y - before.y).signum())
    let head = [
      end, (end.x - 8 * dx - 4 * dy, end.y - 8 * dy - 4 * dx),
      (end.x - 8 * dx + 4 * dy, end.y - 8 * dy + 4 * dx),
    ]
    let corners = head.map { "\($0.0),\($0.1)" }.joined(separator: " ")
    elements.append("<polygon points=\"\(corners)\" fill=\"\(color)\"/>")
  }

  package mutating func dot(x: Int, y: Int, color: String) {
    elements.append("<circle cx=\"\(x)\" cy=\"\(y)\" r=\"4\" fill=\"\(color)\"/>")
  }

  /// The file's text; `source` says where it comes from.
  package func svg(source: String) -> String {
    """
    <!-- \(source) -->
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace">
    <title>\(Self.escaped(title))</title>
    <rect width="\(width)" height="\(height)" fill="#ffffff"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
