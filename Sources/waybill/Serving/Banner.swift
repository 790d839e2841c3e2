import OrderAPI

/// What is printed on a terminal when the service can be used.
enum Banner {
  static func text(address: String, mode: Gate.Mode) -> String {
    let access =
      switch mode {
      case .open: "no token is needed from this machine"
      case .tokens: "by token: waybill token create --role admin"
      }
    return """

        Waybill is at   http://\(address)
        Documentation   http://\(address)/docs
        Access          \(access)
        To stop it      Ctrl-C


      """
  }
}
