/// What a benchmark asks of the service, over the products and customers of `bench_setup.sql`.
enum Work: String, CaseIterable {
  case get = "get one order"
  case list = "list 20"
  case place = "place 3 lines"
  case placeWithKey = "place 3 lines with a key"
  case move = "move an order"
  case takeBack = "take one unit back"
  case searchBeginning = "orders by a name's beginning"
  case searchName = "orders by a whole name"
  case searchEmail = "orders by an e-mail address"
  case searchReference = "orders by a reference"
  case searchTracking = "orders by a tracking number"
  case searchAll = "everything by a name's beginning"
  case placeBatch = "place 100 orders of 3 lines by one request"

  /// Those that any database will do for.
  static let single = allCases.filter { !changes.contains($0) && $0 != .placeBatch }

  /// Those that change orders that are there already, each once or twice, from the newest down, so
  /// that those which were added to the ones of an earlier run come first.
  static let changes: [Work] = [.move, .takeBack]

  /// The least number of orders that are enough for that in one run: each tenth is new, the others
  /// are completed.
  static let ordersToChange = 1_000_000

  /// Whether each request adds to the database.
  var writes: Bool {
    switch self {
    case .get, .list, .searchBeginning, .searchName, .searchEmail, .searchReference,
      .searchTracking, .searchAll:
      false
    case .place, .placeWithKey, .move, .takeBack, .placeBatch: true
    }
  }

  static let products = 1...10_000

  /// A search is measured for how soon it is answered, the others for how many are.
  var connections: Int {
    switch self {
    case .searchBeginning, .searchName, .searchEmail, .searchReference, .searchTracking,
      .searchAll:
      1
    case .get, .list, .place, .placeWithKey, .move, .takeBack: Wrk.connections
    // Few, as those who send batches are.
    case .placeBatch: 4
    }
  }

  /// The script for wrk. `run` makes random numbers and keys differ from those of other runs.
  func script(run: Int, orders: Int, products: ClosedRange<Int>) -> String {
    """
    local json = {["Content-Type"] = "application/json"}
    local at = 0
    local function lines()
      local all = {}
      for line = 1, 3 do
        local product = math.random(\(products.lowerBound), \(products.upperBound))
        all[line] = '{"product_id":"product-' .. product .. '","quantity":' .. line .. '}'
      end
      return table.concat(all, ",")
    end
    local function order()
      local customer = math.random(1, 10000)
      return '{"customer_id":"customer-' .. customer .. '","items":[' .. lines() .. ']}'
    end
    init = function() math.randomseed(\(run + 42)) end
    request = function()
      at = at + 1
      \(request(run, orders))
    end
    """
  }

  private func request(_ run: Int, _ orders: Int) -> String {
    switch self {
    case .get: "return wrk.format('GET', '/orders/' .. math.random(1, \(orders)))"
    case .list: "return wrk.format('GET', '/orders?limit=20')"
    case .place: "return wrk.format('POST', '/orders', json, order())"
    case .placeWithKey:
      """
      json["Idempotency-Key"] = "\(run)-" .. at
        return wrk.format('POST', '/orders', json, order())
      """
    // The first 2,000 requests start orders; after them every second one completes the order that
    // was started first of those that are not completed.
    case .move:
      """
      local completes = at > 2000 and at % 2 == 0
        local place = at
        if completes then place = (at - 2000) / 2 elseif at > 2000 then place = (at + 2001) / 2 end
        local number = 10 * (\(orders / 10) - (\(run) * 30000 + place) % \(orders / 10))
        local body = completes and '{"status":"completed"}' or '{"status":"in_progress"}'
        return wrk.format('PATCH', '/orders/' .. number .. '/status', json, body)
      """
    case .takeBack:
      """
      local number = 10 * (\(orders / 10) - (\(run) * 30000 + at) % \(orders / 10)) - 1
        local product = (number * 7 + 31) % 10000 + 1
        local body = '{"items":[{"product_id":"product-' .. product .. '","quantity":1,'
          .. '"restock":true}],"reason":"bench"}'
        return wrk.format('POST', '/orders/' .. number .. '/returns', json, body)
      """
    // Names of `bench_setup.sql` and `orders_fill.sql`: `name12` finds `name1234`, too, so half
    // of them find more customers than a page looks at.
    case .searchBeginning: "return wrk.format('GET', '/orders?q=name' .. math.random(0, 9999))"
    // Of a name that no other begins with; each has 20 of a million customers.
    case .searchName:
      "return wrk.format('GET', '/orders?q=demo+name' .. "
        + (orders < 500_000 ? "math.random(1000, 9999))" : "math.random(10000, 49999))")
    case .searchEmail:
      """
      local customer = math.random(1, \(max(10_000, orders / 10)))
        local address = 'mail' .. customer .. '%40host' .. customer % 50 .. '.example'
        return wrk.format('GET', '/orders?q=' .. address)
      """
    case .searchReference:
      "return wrk.format('GET', '/orders?q=PO-' .. 10 * math.random(0, \(orders / 10 - 1)) + 3)"
    case .searchTracking:
      "return wrk.format('GET', '/orders?q=1Z' .. 10 * math.random(0, \(orders / 10 - 1)) + 5)"
    case .searchAll: "return wrk.format('GET', '/search?q=name' .. math.random(0, 9999))"
    case .placeBatch:
      """
      local orders = {}
        for n = 1, 100 do orders[n] = order() end
        local body = '{"mode":"each","orders":[' .. table.concat(orders, ",") .. ']}'
        return wrk.format('POST', '/orders/batch', json, body)
      """
    }
  }

  /// One order of the product that is locked, or of one that nobody else orders.
  static func placing(product: Int) -> String {
    """
    local json = {["Content-Type"] = "application/json"}
    local body = '{"customer_id":"customer-1","items":[{"product_id":"product-\(product)",\
    "quantity":1}]}'
    request = function() return wrk.format('POST', '/orders', json, body) end
    """
  }
}
