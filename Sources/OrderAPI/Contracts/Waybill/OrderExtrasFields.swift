import JSON
import Orders

// What the own API shows and reads of orders beside their lines.

extension OrderExtras {
  /// Writes the fields that the order has, and leaves out the others.
  @inline(__always)
  func write(to json: inout some AnswerFields) {
    json.optionalJSON(
      "ship_to", shipTo, Address.schema, "Where it goes; absent when nobody has said.")
    json.optionalString(
      "note", note, "What the warehouse should know; absent without one.", "Ring twice")
    json.optionalJSON("tags", tags, OrderTag.listSchema, "Its tags; absent without any.")
    json.optionalJSON(
      "metadata", metadata, MetadataField().schema,
      "Texts of the client's own, which the service does not interpret; absent without any.")
  }
}

extension OrderExtras {
  static let sample = OrderExtras(
    shipTo: Array(Address.sample.json.utf8), note: "Ring twice", tags: Array(#"["gift"]"#.utf8),
    metadata: Array(#"{"campaign":"spring"}"#.utf8))
}

extension OrderTag: FieldText {
  fileprivate static let listSchema = Schema.array(
    schema, count: OrderExtras.allowedTags, isSet: true
  ).example(["gift"])
}

extension ExtrasChange {
  /// What a new order says beside its lines; nil when it says nothing. Null counts as absent.
  init?(ofNew body: some BodyFields) {
    let shipTo = body.optional(
      "ship_to", .address,
      "Where it goes; absent, the address that the customer has at this moment.")
    let note = body.optional(
      "note", .text(OrderExtras.allowedNoteLength), "What the warehouse should know.", "Ring twice")
    let tags = body.optional("tags", TagsField(), "Words by which you sort orders.")
    let metadata = body.optional(
      "metadata", MetadataField(), "Short texts of your own, which the service does not interpret.")
    // Most orders say nothing, and to compare values of a generic type takes a while.
    guard shipTo != nil || note != nil || tags?.isEmpty == false || metadata?.isEmpty == false
    else { return nil }
    self.init(
      shipTo: shipTo.map(FieldChange.set) ?? .keep, note: note.map(FieldChange.set) ?? .keep,
      tags: (tags ?? []).isEmpty ? .keep : .set(tags ?? []),
      metadata: (metadata ?? []).isEmpty ? .keep : .set(metadata ?? []))
  }

  /// What is to change beside the lines; nil when nothing is.
  init?(changing body: some BodyFields) {
    let shipTo = body.clearable(
      "ship_to", .address,
      "Where it goes, until it is completed; absent keeps, null clears.")
    let note = body.clearable(
      "note", .text(OrderExtras.allowedNoteLength),
      "What the warehouse should know; absent keeps, null clears.", "Ring twice")
    let tags = body.clearable(
      "tags", TagsField(), "All tags it is to have; absent keeps, null clears.")
    let metadata = body.clearable(
      "metadata", MetadataField(), "All that you keep with it; absent keeps, null clears.")
    self.init(
      shipTo: shipTo, note: note, tags: tags == .set([]) ? .clear : tags,
      metadata: metadata == .set([]) ? .clear : metadata)
  }

  private init?(
    shipTo: FieldChange<Address>, note: FieldChange<String>, tags: FieldChange<[OrderTag]>,
    metadata: FieldChange<[MetadataEntry]>
  ) {
    guard shipTo != .keep || note != .keep || tags != .keep || metadata != .keep else {
      return nil
    }
    let bytes = JSONWriter.object { json in
      json.change("ship_to", shipTo) { json, key, address in
        json.object(key) { address.write(to: &$0) }
      }
      json.change("note", note) { json, key, note in json.string(key, note) }
      json.change("tags", tags) { json, key, tags in json.raw(key, tags.json) }
      json.change("metadata", metadata) { json, key, entries in json.raw(key, entries.json) }
    }
    self.init(json: String(decoding: bytes, as: UTF8.self))
  }
}

extension JSONObjectWriter {
  /// Writes nothing for a value that stays, and null for one that is cleared.
  fileprivate mutating func change<Value>(
    _ key: JSONKey, _ change: FieldChange<Value>,
    _ write: (inout JSONObjectWriter, JSONKey, Value) -> Void
  ) {
    switch change {
    case .keep: break
    case .clear: null(key)
    case .set(let value): write(&self, key, value)
    }
  }
}

/// The tags of an order, none of them twice.
private struct TagsField: FieldType {
  var schema: Schema { OrderTag.listSchema }

  func read(_ field: JSONField) -> [OrderTag]? {
    var seen: Set<OrderTag> = []
    return field.array(count: OrderExtras.allowedTags) { item in
      let tag = TextField<OrderTag>().read(item)
      if let tag, !seen.insert(tag).inserted { item.refuse("must be there once") }
      return tag
    }.compactMap(\.self)
  }
}

/// One text that a client keeps with an order.
private struct MetadataEntry: Equatable, Sendable {
  let key: String
  let value: String
}

/// What a client keeps with an order.
private struct MetadataField: FieldType {
  var schema: Schema {
    .map(
      of: .string(OrderExtras.allowedMetadataLength), count: OrderExtras.allowedMetadata,
      keyLength: OrderExtras.allowedKeyLength
    ).example(["campaign": "spring"])
      .about("Short texts that a client keeps with an order, each with a key.").named("Metadata")
  }

  func read(_ field: JSONField) -> [MetadataEntry]? {
    field.members(count: OrderExtras.allowedMetadata) { key, value in
      if !OrderExtras.allowedKeyLength.contains(key.unicodeScalars.count) {
        let range = JSONViolation.Reason.length(OrderExtras.allowedKeyLength)
        value.refuse("\(range) in its name")
      }
      return MetadataEntry(
        key: key, value: value.string(length: OrderExtras.allowedMetadataLength))
    }
  }
}

extension [OrderTag] {
  /// As they are stored.
  fileprivate var json: [UInt8] { JSONValue.array(map { .string($0.value) }).bytes }
}

extension [MetadataEntry] {
  /// As they are stored.
  fileprivate var json: [UInt8] {
    JSONValue.object(map { JSONValue.Member(key: $0.key, value: .string($0.value)) }).bytes
  }
}

extension OrderExtras {
  /// Tags that a field holds, as they are stored; nil when there are none, or not such.
  static func tags(_ field: JSONField) -> String? { stored(TagsField().read(field), \.json) }

  /// What a client keeps with an order, as it is stored; nil when a field holds nothing of it.
  static func metadata(_ field: JSONField) -> String? {
    stored(MetadataField().read(field), \.json)
  }

  private static func stored<Entry>(
    _ entries: [Entry]?, _ json: ([Entry]) -> [UInt8]
  ) -> String? {
    guard let entries, !entries.isEmpty else { return nil }
    return String(decoding: json(entries), as: UTF8.self)
  }
}
