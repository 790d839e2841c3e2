extension WaybillContract {
  /// What `explain` writes.
  static let refusal = Schema.object(
    [
      "message": Schema.string().about("A sentence for people."),
      "code": Schema.string().about("A word for programs."),
      "documentation": Schema.string(format: "uri-reference").about("Where the code is explained."),
      "errors": Schema.array(
        .object(["field": .string(), "message": .string()], isOpen: true)
      ).about("All that is wrong at once; what a program can act on stands beside the message."),
      "request_id": .string(),
    ], isOpen: true
  ).named("Refusal")
}
