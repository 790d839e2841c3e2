import OrderAPI

extension AccessState {
  func add(to text: inout MetricsText) {
    let name = "requests_not_admitted_total"
    text.describe(name, "counter", "Requests that no handler was asked about, by what held them up")
    for reason in Denial.allCases {
      text.sample(name, labels: ["reason": reason.rawValue], "\(denials(reason))")
    }
  }
}
