import Glibc
import JSON

/// Curves as a picture: requests a second by the number of orders, both axes in powers of ten.
struct CurvePicture {
  struct Point {
    let orders: Int
    let perSecond: Double
  }

  private static let colors = [
    "#0b6e99", "#c2410c", "#15803d", "#7e22ce", "#a16207", "#be123c", "#334155", "#0f766e",
    "#4d7c0f", "#b45309", "#6d28d9", "#9f1239",
  ]
  private let width = 720.0
  private let height = 400.0
  private let left = 70.0
  private let right = 210.0
  private let top = 20.0
  private let bottom = 50.0

  private let curves: [(work: Work, points: [Point])]

  /// The rows of curves in the files of one or more runs.
  init(runs: [String]) throws {
    let rows = try runs.flatMap { try BenchReport.rows(of: $0) }
    curves = Work.allCases.map { work in
      let points = rows.compactMap { row -> Point? in
        guard case .string(let name)? = row["name"], name.hasPrefix(work.rawValue + ", "),
          name.hasSuffix(" orders"),
          let orders = Int(name.dropFirst(work.rawValue.count + 2).dropLast(" orders".count)),
          case .number(let rate)? = row["requests_per_second"], let perSecond = Double(rate)
        else { return nil }
        return Point(orders: orders, perSecond: perSecond)
      }
      return (work, points.sorted { $0.orders < $1.orders })
    }.filter { !$0.points.isEmpty }
  }

  var svg: String {
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Int(width)) \(Int(height))\" "
        + "font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
    ]
    for power in yPowers {
      let y = y(pow(10, Double(power)))
      lines.append(line(left, y, width - right, y))
      lines.append(text(left - 8, y + 4, "end", "\(Self.short(Int(pow(10, Double(power)))))/s"))
    }
    for orders in sizes {
      let x = x(Double(orders))
      lines.append(line(x, top, x, height - bottom))
      lines.append(text(x, height - bottom + 18, "middle", Self.short(orders)))
    }
    lines.append(text((left + width - right) / 2, height - 10, "middle", "orders in the database"))
    var names: [(y: Double, name: String, color: String)] = []
    for (index, curve) in curves.enumerated() {
      let color = Self.colors[index % Self.colors.count]
      let points = curve.points.map { (x(Double($0.orders)), y($0.perSecond)) }
      let path = points.map { "\($0.0.oneDecimal),\($0.1.oneDecimal)" }.joined(separator: " ")
      lines.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>")
      for (x, y) in points {
        lines.append(
          "<circle cx=\"\(x.oneDecimal)\" cy=\"\(y.oneDecimal)\" r=\"3\" fill=\"\(color)\"/>")
      }
      names += points.last.map { [(y: $0.1, name: curve.work.rawValue, color: color)] } ?? []
    }
    // Each name beside the end of its curve, or below the one before.
    var top = 0.0
    for (y, name, color) in names.sorted(by: { $0.y < $1.y }) {
      top = max(y, top + 14)
      lines.append(text(width - right + 8, top + 4, "start", name, color))
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private var sizes: [Int] { curves.first?.points.map(\.orders) ?? [] }

  private var rates: [Double] { curves.flatMap { $0.points.map { max($0.perSecond, 1) } } }

  private var yPowers: ClosedRange<Int> {
    let low = Int(log10(rates.min() ?? 1).rounded(.down))
    return low...max(low + 1, Int(log10(rates.max() ?? 10).rounded(.up)))
  }

  private func x(_ orders: Double) -> Double {
    let (low, high) = (log10(Double(sizes.first ?? 1)), log10(Double(sizes.last ?? 10)))
    let part = high > low ? (log10(orders) - low) / (high - low) : 0
    return left + part * (width - left - right)
  }

  private func y(_ rate: Double) -> Double {
    let (low, high) = (Double(yPowers.lowerBound), Double(yPowers.upperBound))
    let part = (log10(max(rate, 1)) - low) / (high - low)
    return height - bottom - part * (height - top - bottom)
  }

  private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    "<line x1=\"\(x1.oneDecimal)\" y1=\"\(y1.oneDecimal)\" x2=\"\(x2.oneDecimal)\" "
      + "y2=\"\(y2.oneDecimal)\" stroke=\"#ddd\"/>"
  }

  private func text(
    _ x: Double, _ y: Double, _ anchor: String, _ text: String, _ color: String = "#333"
  ) -> String {
    "<text x=\"\(x.oneDecimal)\" y=\"\(y.oneDecimal)\" text-anchor=\"\(anchor)\" "
      + "fill=\"\(color)\">\(text)</text>"
  }

  /// "200 k", "10 M".
  private static func short(_ number: Int) -> String {
    number >= 1_000_000
      ? "\(number / 1_000_000) M" : number >= 1_000 ? "\(number / 1_000) k" : "\(number)"
  }
}
