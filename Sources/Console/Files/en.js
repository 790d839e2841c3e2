// The texts in English, by group and name. What is counted may have another form for one.

export default {
  '': {
    loading: 'Loading …', again: 'Try again', close: 'Close', save: 'Save', saved: '{name} is saved.', edit: 'Edit', total: 'Total', reason: 'Reason',
    nav: 'Screens', skip: 'Skip to the content', settings: 'Settings', theme: 'Colours', language: 'Language', docs: 'API documentation', login: 'Log in',
    logout: 'Log out', filter: 'Filters', columns: 'Columns', export: 'Export', views: 'Views', ship: 'Ship', slip: 'Packing slip', return: 'Take back',
    bulk: 'Chosen orders', ms: '{n} ms', perSecond: '{n} a second',
  },
  screen: { orders: 'Orders', pick: 'Pick', stock: 'Stock', customers: 'Customers', report: 'Report', tokens: 'Tokens', system: 'System' },
  status: { new: 'New', in_progress: 'In progress', completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' },
  move: { in_progress: 'Start', completed: 'Complete', cancelled: 'Cancel order' },
  column: {
    number: 'Number', status: 'Status', placed: 'Placed', customer: 'Customer', reference: 'Reference', items: 'Items', quantity: 'Quantity', amount: 'Amount',
    channel: 'Channel', carrier: 'Carrier', tracking: 'Tracking number', tags: 'Tags', updated: 'Changed', name: 'Name', price: 'Price', orders: 'Orders',
    total_quantity: 'Quantity', total_amount: 'Amount', customer_id: 'Customer', customer_name: 'Name', product_id: 'Product', product_name: 'Name', day: 'Day',
    returned_quantity: 'Came back', returned_amount: 'Amount of it',
  },
  cancel: { dialog: 'Back' },
  age: { seconds: '{n} s', minutes: '{n} min', hours: '{n} h' },
  error: { unreachable: 'The service does not answer. Nothing is lost: try again in a moment.', request: 'Request {id}' },
  live: {
    live: 'Live', cut: 'Connecting …', off: 'Offline', 'live.long': 'Changes of others are shown as they happen.',
    'cut.long': 'The line is cut. It goes on as soon as the service answers.', 'off.long': 'Changes of others are not shown.',
  },
  theme: { system: 'As the system', light: 'Light', dark: 'Dark' },
  keys: {
    title: 'Keys', search: 'Search', rows: 'Next and previous row', choose: 'Choose the row', open: 'Open the row', pick: 'Start, pack, ship in Pick',
    order: 'Edit and print an order', help: 'This list', back: 'Back, or leave the field', on: 'Use single keys',
  },
  login: {
    hint: 'Paste the token that you were given. It begins with wb_.', failed: 'The log-in',
    ended: 'The session has ended. Log in again to go on where you were.', 'ended.byYou': 'You have logged out.',
    nothing: 'There is nothing here for the role {role}.',
  },
  list: { all: 'Choose all that are loaded', choose: 'Choose {name}', further: 'Nothing so far. Look further', end: 'That is all: {n}', more: 'More' },
  filter: {
    any: 'Any', from: 'From', to: 'To', customer: 'Customer id', product: 'Product', tag: 'Tag', sort: 'Order', newest: 'Newest first', oldest: 'Oldest first',
    apply: 'Apply', remove: 'Remove the filter {name}', clear: 'Clear all filters',
  },
  orders: {
    search: 'Search orders: number, reference, customer, product', nothing: 'No orders', 'nothing.hint': 'Nothing matches these filters.',
    new: '{n} new orders', 'new.one': '{n} new order', narrow: 'More matches than were looked at: a further word would help.',
  },
  export: { shown: '{n} orders that are loaded were saved.', 'shown.one': '{n} order that is loaded was saved.' },
  bulk: {
    chosen: '{n} chosen', export: 'Export these', clear: 'Choose none', sure: 'Each of the {n} orders gets a result of its own.',
    summary: '{good} of {all} done.', in_progress: 'Start {n} orders', completed: 'Complete {n} orders', cancelled: 'Cancel {n} orders',
    'sure.one': 'The order gets a result of its own.', 'in_progress.one': 'Start {n} order', 'completed.one': 'Complete {n} order',
    'cancelled.one': 'Cancel {n} order',
  },
  views: {
    none: 'No saved views yet', 'none.hint': 'Set filters, a search and columns, then save them under a name.', 'shared.by': 'Shared, by {who}', own: 'Own',
    save: 'Save this view', shared: 'For everybody', saved: 'The view {name} is saved.', delete: 'Delete the view {name}',
  },
  conflict: {
    title: 'Somebody else was faster', what: 'What', seen: 'You saw', now: 'Now it is', leave: 'Leave it as it is now', again: 'Make my change all the same',
  },
  tried: { move: 'Moving {name} to “{status}”', read: 'Reading {name}', edit: 'Editing {name}' },
  order: {
    lines: 'Lines', noLines: 'It has no lines.', edit: 'Edit quantities', add: 'Add a product', 'edit.hint': '0 takes a line out. The stock follows at once.',
    quantityOf: 'Quantity of {name}', moved: '{name}: {status}', ship: 'Ship {name}', cancel: 'Cancel {name}',
    'cancel.sure': 'The stock returns. This cannot be undone.', shipTo: 'Goes to', nowhere: 'Nobody has said where it goes.', shipping: 'Shipping',
    note: 'Note', sent: 'Gone out', noNote: 'No note.', 'note.edit': 'Note and tags', 'tags.hint': 'Parted by commas.', timeline: 'What happened',
    changed: '{who} has just changed this order. Saving shows what differs.', more: 'Show later ones',
  },
  what: {
    placed: 'Placed', edited: 'Edited', moved: 'Moved', shipped: 'Shipped', hidden: 'Hidden from the shop front', returned: 'Goods came back',
    touched: 'Touched', imported: 'Imported from a file',
  },
  return: { of: 'Take back from {name}', restock: 'For sale again' },
  ship: { scan: 'Scan or type the number of the parcel.' },
  slip: { done: 'Done', total: '{n} units in all', 'total.one': '{n} unit in all' },
  address: {
    name: 'Name', company: 'Company', lines: 'Street', 'lines.hint': 'Up to four lines.', postal_code: 'Postal code', city: 'Town', region: 'Region',
    country: 'Country (two letters)', phone: 'Phone',
  },
  pick: {
    queue: 'Orders to pick, oldest first', scan: 'Scan or type', go: 'Go', 'scan.hint': 'An order’s number opens it, a product’s id ticks off one unit.',
    count: '{n} waiting', more: 'The {n} oldest of more', units: '{n} units', empty: 'Nothing to pick', 'empty.hint': 'New orders appear here by themselves.',
    start: 'Start', pack: 'Packed', ship: 'Ship', isAlready: '{name} is already: {status}', tried: 'Looking for “{text}”', 'units.one': '{n} unit',
    'count.one': '{n} waiting',
  },
  stock: {
    search: 'Search products', nothing: 'No products', 'nothing.hint': 'Nothing matches.', level: 'Reorder level', 'show.all': 'All', 'show.out': 'Sold out',
    'show.low': 'Low', 'show.retired': 'Retired', units: 'in stock', noLevel: 'No reorder level.', levelAt: 'Low at {n} or fewer.', adjust: 'Adjust',
    take: 'Stock take', movements: 'Movements', noMovements: 'Nothing has moved yet.', delta: 'Change', 'delta.hint': '25 came in, or −3 are gone.',
    cause: 'Cause', who: 'Who', when: 'When', counted: 'Counted', reasons: 'delivery|stock take|damaged|lost', 'adjust.of': 'Adjust the stock of {name}',
    'take.of': 'Stock take of {name}', 'take.hint': 'The stock becomes what was counted; the difference is a movement.',
    'level.hint': 'Empty: it is never low.', open: 'Open orders',
  },
  cause: {
    placed: 'Order', edited: 'Order edited', cancelled: 'Order cancelled', returned: 'Came back', initial: 'New product', adjusted: 'By hand',
    direct: 'In the database',
  },
  customers: { search: 'Search customers: name, e-mail, id', nothing: 'No customers', 'nothing.hint': 'Nobody matches.' },
  customer: {
    id: 'Id', email: 'E-mail', since: 'Since', orders: 'Their orders', noOrders: 'No orders yet.', edit: 'Edit the customer', new: 'New customer',
    'id.hint': 'Empty: one is made.',
  },
  report: {
    by: 'By', customers: 'Customers', products: 'Products', days: 'Days', measure: 'What the chart shows', asOf: 'As of', nothing: 'Nothing completed yet',
    'nothing.hint': 'Completed orders are in it after the next refresh.',
  },
  role: {
    admin: 'Admin', retailer: 'Retailer', warehouse: 'Warehouse', customer: 'Customer', 'admin.may': 'everything',
    'retailer.may': 'orders, customers, stock, reports', 'warehouse.may': 'move, ship, stock', 'customer.may': 'their own orders',
  },
  tokens: {
    no: 'No.', actions: 'Actions', number: 'token {n}', role: 'Role', used: 'Last used', ends: 'Ends', this: 'You', never: 'Never', valid: 'Valid',
    expired: 'Expired', revoked: 'Revoked', rotate: 'Rotate', revoke: 'Revoke', 'rotate.of': 'Rotate {name}',
    'rotate.hint': 'A new token of the same kind; the old one stays valid for a while.', 'revoke.of': 'Revoke {name}',
    'revoke.hint': 'Whoever uses it is out within a second.', none: 'No tokens', 'none.hint': 'Make one for each program and each device.', create: 'New token',
    days: 'Days it is valid', 'days.hint': 'Empty: without an end.', overlap: 'Days the old one stays valid',
    'name.hint': 'For the history, such as “tablet 3”.', 'customer.hint': 'Only for the role Customer.', once: 'The new token',
    'once.hint': 'It is shown only now. Keep it in a safe place.', token: 'Token', copy: 'Copy', copied: 'Copied.',
    notCopied: 'The browser does not allow it: copy it by hand.', kept: 'I have kept it', gone: '{name} is revoked.',
  },
  system: {
    state: 'Service', ready: 'Ready', notReady: 'Not ready', allChecks: 'All checks are fine.', report: 'Age of the report',
    'report.every': 'Refreshed every {n} s', feed: 'Lag of the feed', followers: '{n} follow it', queue: 'Fulfilment queue',
    'queue.hint': '{n} under way, the oldest waits {age}', 'queue.off': 'No process service is named.', off: 'Off', breakers: 'Breakers',
    'breakers.hint': 'Database and process service', open: 'Open', closed: 'Closed', connections: 'Connections',
    'connections.hint': 'Streams: {streams}; database {leased} of {database} busy, {waiting} waiting', rate: 'Requests', median: 'Median time',
    slow: '99th percentile', errors: 'Failures', numbers: 'The last quarter of an hour in numbers', version: 'Version', started: 'Running since',
    migrations: 'Schema', 'migrations.last': '{n} steps, the newest is {last}', 'followers.one': '{n} follows it',
    'migrations.last.one': '{n} step, the newest is {last}',
  },
}
