import HTTP
import JSON
import Orders

extension ProductRoutes {
  /// What the document says about each route.
  enum About {
    private static func id(example: String = "keyboard") -> Parameter {
      .path(
        "id", ProductID.schema, "The product's id, its SKU.", example: .string(example))
    }

    private static let product = Answer.json(
      .ok, "The product", Product.self, headers: [.etag], "product")

    static let create = RouteDescription(
      "createProduct", "Bring a product into the catalogue",
      body: Body(
        NewProduct.schema,
        [
          "desk mat": #"{"name": "Desk mat", "price": 24.90, "stock": 10}"#,
          "with an id": #"""
          {"id": "desk-mat", "name": "Desk mat", "description": "Felt, 80 by 40 cm",
            "price": "24.90", "stock": 10}
          """#,
        ]),
      answers: [
        .json(
          .created, "The product", Product.self, headers: [.location, .etag], "product",
          links: Link.each(
            ["getProduct", "changeProduct", "retireProduct", "adjustStock", "listStockMovements"],
            "id", from: "/id"))
      ],
      refusals: [.idTaken])

    static let list = RouteDescription(
      "listProducts", "List or search products, in the order they were created",
      "A search looks at 2,000 products a page, so a page may be empty and still not the last.",
      query: .query { ProductListQuery(reading: &$0) },
      answers: [
        .countedPage("A page of products", of: Product.self, named: "ProductPage")
      ], refusals: [.notAcceptable])

    static let get = RouteDescription(
      "getProduct", "Get one product", parameters: [id(), .ifNoneMatch], answers: [product],
      refusals: [.notFound])

    static let change = RouteDescription(
      "changeProduct", "Change a product's name, description, price or reorder level",
      "A field that is absent stays; null clears the description. Orders keep their prices.",
      parameters: [id(), .ifMatch],
      body: Body(ProductChange.schema, ["price": #"{"price": "44.90"}"#]),
      answers: [product], refusals: [.notFound])

    static let retire = RouteDescription(
      "retireProduct", "Retire a product: it can no longer be ordered",
      "It can still be read, and orders keep it.",
      parameters: [id(example: "lamp"), .ifMatch], answers: [product], refusals: [.notFound])

    static let adjust = RouteDescription(
      "adjustStock", "Change a product's stock by hand", parameters: [id(), .ifMatch],
      body: Body(
        StockAdjustment.schema, ["stock take": #"{"delta": -3, "reason": "stock take"}"#]),
      answers: [product], refusals: [.notFound, .stockBelowZero, .stockTooLarge])

    static let count = RouteDescription(
      "countStock", "Set a product's stock to what was counted",
      "The difference becomes a movement; without one, nothing changes.",
      parameters: [id(), .ifMatch],
      body: Body(StockCount.schema, ["stock take": #"{"count": 37, "reason": "stock take"}"#]),
      answers: [product], refusals: [.notFound])

    static let adjustMany = RouteDescription(
      "adjustStocks",
      "Change the stocks of up to \(StockAdjustments.allowedProducts.upperBound) products",
      "For goods that have come in. All stocks change in the same moment, or none.",
      body: Body(
        StockAdjustments.schema,
        [
          "delivery": #"""
          {"items": [{"product_id": "keyboard", "delta": 40}, {"product_id": "mouse", "delta": 25}],
            "reason": "delivery"}
          """#
        ]),
      answers: [.json(.ok, "The stocks after it", StockLevels.self, "levels")],
      refusals: [.unknownProduct, .outOfStock, .stockTooLarge])

    static let movements = RouteDescription(
      "listStockMovements", "What happened to a product's stock",
      """
      Every change and its cause, newest first; together they are the stock. A page looks at 1,000
      orders of the product, so it may be short or empty and still not the last.
      """,
      parameters: [id()], query: .page,
      answers: [
        .page("A page of movements", of: StockMovement.self, named: "StockMovementPage")
      ],
      refusals: [.notFound, .notAcceptable])
  }
}
