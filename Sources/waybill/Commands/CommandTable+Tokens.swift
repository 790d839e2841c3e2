import Orders

extension CommandTable {
  static let tokenCreate = CommandDescription(
    words: ["token", "create"],
    summary: "makes a token and prints it, this once",
    details: "Only its SHA-256 is stored. A token that cannot be printed is not made.",
    options: [
      .init(
        name: "--role", value: "ROLE",
        meaning: "what its bearer may do: admin, retailer, warehouse or customer",
        choices: RoleName.allCases.map(\.rawValue), isRequired: true),
      .init(name: "--customer", value: "ID", meaning: "whose it is, for the role customer alone"),
      .init(name: "--new-customer", meaning: "the customer may be one whom nobody has introduced"),
      .init(name: "--name", value: "NAME", meaning: "what it is for, as `token list` shows it"),
      .init(name: "--days", value: "N", meaning: "when it ends; without, when it is revoked"),
    ],
    examples: [
      .init(
        line: "waybill token create --role admin --name \"back office\"",
        meaning: "may do everything"),
      .init(
        line: "waybill token create --role customer --customer demo-1",
        meaning: "sees this customer's orders alone"),
    ]
  ) { environment, input in
    try TokenCommand(Configuration(environment)).create(input)
  }

  static let tokenRotate = CommandDescription(
    words: ["token", "rotate"],
    summary: "makes a token like another one and prints it, this once; the other one soon ends",
    operand: .init(name: "NUMBER", meaning: "the number that `waybill token list` shows"),
    options: [
      .init(name: "--days", value: "N", meaning: "when it ends; without, as long as the other one"),
      .init(
        name: "--overlap-days", value: "N",
        meaning: "for how long the other one still holds; without, for 7 days"),
    ],
    examples: [
      .init(line: "waybill token rotate 7 --overlap-days 0", meaning: "the old one ends at once")
    ]
  ) { environment, input in
    try TokenCommand(Configuration(environment)).rotate(input)
  }

  static let tokenList = CommandDescription(
    words: ["token", "list"],
    summary: "lists all tokens by number, without their text",
    options: [.json]
  ) { environment, input in
    try TokenCommand(Configuration(environment)).list(asJSON: input.wantsJSON)
  }

  static let tokenRevoke = CommandDescription(
    words: ["token", "revoke"],
    summary: "ends a token; every instance heeds it within a second",
    operand: .init(name: "NUMBER", meaning: "the number that `waybill token list` shows")
  ) { environment, input in
    try TokenCommand(Configuration(environment)).revoke(input)
  }
}
