// All texts, each in English and German. `t('group.name', { n: 3 })` answers the one to show.

const groups = {
  '': {
    loading: ['Loading …', 'Wird geladen …'], again: ['Try again', 'Noch einmal'], close: ['Close', 'Schließen'], save: ['Save', 'Speichern'],
    edit: ['Edit', 'Bearbeiten'], total: ['Total', 'Summe'], returned: ['Came back', 'Zurückgekommen'], reason: ['Reason', 'Grund'],
    nav: ['Screens', 'Ansichten'], skip: ['Skip to the content', 'Zum Inhalt'], settings: ['Settings', 'Einstellungen'], theme: ['Colours', 'Farben'],
    language: ['Language', 'Sprache'], docs: ['API documentation', 'API-Dokumentation'], login: ['Log in', 'Anmelden'], logout: ['Log out', 'Abmelden'],
    filter: ['Filters', 'Filter'], columns: ['Columns', 'Spalten'], export: ['Export', 'Exportieren'], views: ['Views', 'Ansichten'],
    ship: ['Ship', 'Versenden'], slip: ['Packing slip', 'Packzettel'], return: ['Take back', 'Zurücknehmen'],
    bulk: ['Chosen orders', 'Ausgewählte Aufträge'], ms: ['{n} ms', '{n} ms'], perSecond: ['{n} a second', '{n} pro Sekunde'],
  },
  screen: {
    orders: ['Orders', 'Aufträge'], pick: ['Pick', 'Packen'], stock: ['Stock', 'Bestand'], customers: ['Customers', 'Kunden'],
    report: ['Report', 'Bericht'], tokens: ['Tokens', 'Tokens'], system: ['System', 'System'],
  },
  status: {
    new: ['New', 'Neu'], in_progress: ['In progress', 'In Arbeit'], completed: ['Completed', 'Erledigt'], failed: ['Failed', 'Gescheitert'],
    cancelled: ['Cancelled', 'Storniert'],
  },
  move: { in_progress: ['Start', 'Beginnen'], completed: ['Complete', 'Abschließen'], cancelled: ['Cancel order', 'Stornieren'] },
  column: {
    number: ['Number', 'Nummer'], status: ['Status', 'Status'], placed: ['Placed', 'Eingang'], customer: ['Customer', 'Kunde'], reference: ['Reference', 'Referenz'],
    items: ['Items', 'Artikel'], quantity: ['Quantity', 'Menge'], amount: ['Amount', 'Betrag'], channel: ['Channel', 'Kanal'], carrier: ['Carrier', 'Versender'],
    tracking: ['Tracking number', 'Sendungsnummer'], tags: ['Tags', 'Schlagworte'], updated: ['Changed', 'Geändert'], name: ['Name', 'Name'], price: ['Price', 'Preis'],
    orders: ['Orders', 'Aufträge'], total_quantity: ['Quantity', 'Menge'], total_amount: ['Amount', 'Betrag'], customer_id: ['Customer', 'Kunde'],
    customer_name: ['Name', 'Name'], product_id: ['Product', 'Produkt'], product_name: ['Name', 'Name'], day: ['Day', 'Tag'], returned_quantity: ['Came back', 'Zurück'], returned_amount: ['Amount of it', 'Betrag davon'],
  },
  cancel: { dialog: ['Back', 'Zurück'] },
  age: { seconds: ['{n} s', '{n} s'], minutes: ['{n} min', '{n} min'], hours: ['{n} h', '{n} h'] },
  error: {
    unreachable: ['The service does not answer. Nothing is lost: try again in a moment.', 'Der Dienst antwortet nicht. Nichts ist verloren: gleich noch einmal versuchen.'],
    request: ['Request {id}', 'Anfrage {id}'],
  },
  live: {
    live: ['Live', 'Live'], cut: ['Connecting …', 'Verbindet …'], off: ['Offline', 'Getrennt'],
    'live.long': ['Changes of others are shown as they happen.', 'Änderungen anderer erscheinen sofort.'],
    'cut.long': ['The line is cut. It goes on as soon as the service answers.', 'Die Leitung ist unterbrochen. Es geht weiter, sobald der Dienst antwortet.'],
    'off.long': ['Changes of others are not shown.', 'Änderungen anderer erscheinen nicht.'],
  },
  theme: { system: ['As the system', 'Wie das System'], light: ['Light', 'Hell'], dark: ['Dark', 'Dunkel'] },
  keys: {
    title: ['Keys', 'Tasten'], search: ['Search', 'Suchen'], rows: ['Next and previous row', 'Nächste und vorige Zeile'], choose: ['Choose the row', 'Zeile auswählen'],
    open: ['Open the row', 'Zeile öffnen'], pick: ['Start, pack, ship in Pick', 'Beginnen, packen, versenden in Packen'], order: ['Edit and print an order', 'Auftrag bearbeiten und drucken'], help: ['This list', 'Diese Liste'],
    back: ['Back, or leave the field', 'Zurück, oder Feld verlassen'], on: ['Use single keys', 'Einzelne Tasten benutzen'],
  },
  login: {
    token: ['Token', 'Token'], hint: ['Paste the token that you were given. It begins with wb_.', 'Den Token einfügen, den man bekommen hat. Er beginnt mit wb_.'],
    failed: ['The log-in', 'Die Anmeldung'], ended: ['The session has ended. Log in again to go on where you were.', 'Die Sitzung ist zu Ende. Nach der Anmeldung geht es hier weiter.'],
    'ended.byYou': ['You have logged out.', 'Abgemeldet.'], nothing: ['There is nothing here for the role {role}.', 'Für die Rolle {role} gibt es hier nichts.'],
  },
  list: {
    all: ['Choose all that are loaded', 'Alle geladenen auswählen'], choose: ['Choose {name}', '{name} auswählen'], further: ['Nothing so far. Look further', 'Bisher nichts. Weiter suchen'],
    end: ['That is all: {n}', 'Das sind alle: {n}'], more: ['More', 'Mehr'],
  },
  filter: {
    any: ['Any', 'Alle'], from: ['From', 'Von'], to: ['To', 'Bis'], customer: ['Customer id', 'Kunden-ID'], product: ['Product', 'Produkt'], tag: ['Tag', 'Schlagwort'],
    sort: ['Order', 'Reihenfolge'], newest: ['Newest first', 'Neueste zuerst'], oldest: ['Oldest first', 'Älteste zuerst'], apply: ['Apply', 'Anwenden'],
    remove: ['Remove the filter {name}', 'Filter {name} entfernen'], clear: ['Clear all filters', 'Alle Filter aufheben'],
  },
  orders: {
    search: ['Search orders: number, reference, customer, product', 'Aufträge suchen: Nummer, Referenz, Kunde, Produkt'], nothing: ['No orders', 'Keine Aufträge'],
    'nothing.hint': ['Nothing matches these filters.', 'Nichts passt zu diesen Filtern.'], new: ['{n} new orders', '{n} neue Aufträge'], 'new.one': ['1 new order', '1 neuer Auftrag'],
    narrow: ['More matches than were looked at: a further word would help.', 'Es passt mehr, als angesehen wurde: ein weiteres Wort hilft.'],
  },
  export: { shown: ['{n} orders that are loaded were saved.', '{n} geladene Aufträge wurden gespeichert.'] },
  bulk: {
    chosen: ['{n} chosen', '{n} ausgewählt'], export: ['Export these', 'Diese exportieren'], clear: ['Choose none', 'Auswahl aufheben'], sure: ['Each of the {n} orders gets a result of its own.', 'Jeder der {n} Aufträge bekommt sein eigenes Ergebnis.'],
    summary: ['{good} of {all} done.', '{good} von {all} erledigt.'], in_progress: ['Start {n} orders', '{n} Aufträge beginnen'], completed: ['Complete {n} orders', '{n} Aufträge abschließen'],
    cancelled: ['Cancel {n} orders', '{n} Aufträge stornieren'],
  },
  views: {
    none: ['No saved views yet', 'Noch keine gespeicherten Ansichten'], 'none.hint': ['Set filters, a search and columns, then save them under a name.', 'Filter, Suche und Spalten wählen und unter einem Namen speichern.'],
    'shared.by': ['Shared, by {who}', 'Gemeinsam, von {who}'], own: ['Own', 'Eigene'], save: ['Save this view', 'Diese Ansicht speichern'], name: ['Name', 'Name'],
    shared: ['For everybody', 'Für alle'], saved: ['The view {name} is saved.', 'Die Ansicht {name} ist gespeichert.'], delete: ['Delete the view {name}', 'Ansicht {name} löschen'],
  },
  conflict: {
    title: ['Somebody else was faster', 'Jemand war schneller'], what: ['What', 'Was'], seen: ['You saw', 'Gesehen'], now: ['Now it is', 'Jetzt ist es'],
    leave: ['Leave it as it is now', 'So lassen, wie es jetzt ist'], again: ['Make my change all the same', 'Meine Änderung trotzdem machen'],
  },
  tried: {
    move: ['Moving {name} to “{status}”', '{name} auf „{status}“ setzen'], read: ['Reading {name}', '{name} lesen'], edit: ['Editing {name}', '{name} bearbeiten'],
  },
  order: {
    lines: ['Lines', 'Positionen'], noLines: ['It has no lines.', 'Er hat keine Positionen.'], edit: ['Edit quantities', 'Mengen ändern'], add: ['Add a product', 'Produkt hinzufügen'],
    'edit.hint': ['0 takes a line out. The stock follows at once.', '0 entfernt eine Position. Der Bestand folgt sofort.'], quantityOf: ['Quantity of {name}', 'Menge von {name}'],
    edited: ['{name} is saved.', '{name} ist gespeichert.'], moved: ['{name}: {status}', '{name}: {status}'], ship: ['Ship {name}', '{name} versenden'],
    shipped: ['{name}: the shipping is saved.', '{name}: der Versand ist gespeichert.'], cancel: ['Cancel {name}', '{name} stornieren'],
    'cancel.sure': ['The stock returns. This cannot be undone.', 'Der Bestand kommt zurück. Das lässt sich nicht rückgängig machen.'], shipTo: ['Goes to', 'Geht an'],
    nowhere: ['Nobody has said where it goes.', 'Niemand hat gesagt, wohin.'], shipping: ['Shipping', 'Versand'], note: ['Note', 'Notiz'], sent: ['Gone out', 'Versendet'], noNote: ['No note.', 'Keine Notiz.'],
    'note.edit': ['Note and tags', 'Notiz und Schlagworte'], 'tags.hint': ['Parted by commas.', 'Durch Kommas getrennt.'], timeline: ['What happened', 'Was geschehen ist'],
    changed: ['{who} has just changed this order. Saving shows what differs.', '{who} hat diesen Auftrag gerade geändert. Beim Speichern erscheint der Unterschied.'],
  },
  what: {
    placed: ['Placed', 'Eingegangen'], edited: ['Edited', 'Bearbeitet'], moved: ['Moved', 'Weiterbewegt'], shipped: ['Shipped', 'Versendet'], hidden: ['Hidden from the shop front', 'Im Laden ausgeblendet'],
    returned: ['Goods came back', 'Ware kam zurück'], touched: ['Touched', 'Berührt'],
  },
  return: { of: ['Take back from {name}', 'Von {name} zurücknehmen'], restock: ['For sale again', 'Wieder verkäuflich'] },
  ship: { scan: ['Scan or type the number of the parcel.', 'Nummer des Pakets scannen oder tippen.'] },
  slip: { title: ['Packing slip', 'Packzettel'], done: ['Done', 'Fertig'], total: ['{n} units in all', '{n} Stück insgesamt'] },
  address: {
    name: ['Name', 'Name'], company: ['Company', 'Firma'], lines: ['Street', 'Straße'], 'lines.hint': ['Up to four lines.', 'Bis zu vier Zeilen.'], code: ['Postal code', 'Postleitzahl'],
    city: ['Town', 'Ort'], region: ['Region', 'Region'], country: ['Country (two letters)', 'Land (zwei Buchstaben)'], phone: ['Phone', 'Telefon'],
  },
  pick: {
    queue: ['Orders to pick, oldest first', 'Zu packende Aufträge, älteste zuerst'], scan: ['Scan or type', 'Scannen oder tippen'], go: ['Go', 'Los'],
    'scan.hint': ['An order’s number opens it, a product’s id ticks off one unit.', 'Eine Auftragsnummer öffnet ihn, eine Produkt-ID hakt ein Stück ab.'], count: ['{n} waiting', '{n} warten'],
    more: ['The {n} oldest of more', 'Die {n} ältesten von mehr'], units: ['{n} units', '{n} Stück'], empty: ['Nothing to pick', 'Nichts zu packen'],
    'empty.hint': ['New orders appear here by themselves.', 'Neue Aufträge erscheinen von selbst.'], start: ['Start', 'Beginnen'], pack: ['Packed', 'Gepackt'],
    ship: ['Ship', 'Versenden'], isAlready: ['{name} is already: {status}', '{name} ist schon: {status}'], tried: ['Looking for “{text}”', 'Suche nach „{text}“'],
  },
  stock: {
    search: ['Search products', 'Produkte suchen'], nothing: ['No products', 'Keine Produkte'], 'nothing.hint': ['Nothing matches.', 'Nichts passt.'], stock: ['Stock', 'Bestand'],
    level: ['Reorder level', 'Meldebestand'], out: ['Sold out', 'Ausverkauft'], low: ['Low', 'Knapp'], 'show.all': ['All', 'Alle'], 'show.out': ['Sold out', 'Ausverkauft'],
    'show.low': ['Low', 'Knapp'], 'show.retired': ['Retired', 'Ausgelistet'], product: ['Product', 'Produkt'], units: ['in stock', 'auf Lager'], noLevel: ['No reorder level.', 'Kein Meldebestand.'],
    levelAt: ['Low at {n} or fewer.', 'Knapp ab {n} oder weniger.'], adjust: ['Adjust', 'Anpassen'], take: ['Stock take', 'Inventur'], movements: ['Movements', 'Bewegungen'],
    noMovements: ['Nothing has moved yet.', 'Noch keine Bewegung.'], delta: ['Change', 'Änderung'], 'delta.hint': ['25 came in, or −3 are gone.', '25 kamen dazu, oder −3 sind weg.'],
    cause: ['Cause', 'Ursache'], who: ['Who', 'Wer'], when: ['When', 'Wann'], counted: ['Counted', 'Gezählt'], done: ['{name} is saved.', '{name} ist gespeichert.'],
    reasons: ['delivery|stock take|damaged|lost', 'Lieferung|Inventur|beschädigt|verloren'], 'adjust.of': ['Adjust the stock of {name}', 'Bestand von {name} anpassen'],
    'take.of': ['Stock take of {name}', 'Inventur von {name}'], 'take.hint': ['The stock becomes what was counted; the difference is a movement.', 'Der Bestand wird das Gezählte; die Differenz ist eine Bewegung.'],
    'level.hint': ['Empty: it is never low.', 'Leer: nie knapp.'],
  },
  cause: {
    placed: ['Order', 'Auftrag'], edited: ['Order edited', 'Auftrag geändert'], cancelled: ['Order cancelled', 'Auftrag storniert'], returned: ['Came back', 'Zurückgekommen'],
    initial: ['New product', 'Neues Produkt'], adjusted: ['By hand', 'Von Hand'], direct: ['In the database', 'In der Datenbank'],
  },
  customers: { search: ['Search customers: name, e-mail, id', 'Kunden suchen: Name, E-Mail, ID'], nothing: ['No customers', 'Keine Kunden'], 'nothing.hint': ['Nobody matches.', 'Niemand passt.'] },
  customer: {
    id: ['Id', 'ID'], email: ['E-mail', 'E-Mail'], since: ['Since', 'Seit'], orders: ['Their orders', 'Aufträge'], noOrders: ['No orders yet.', 'Noch keine Aufträge.'],
    edit: ['Edit the customer', 'Kunde bearbeiten'], new: ['New customer', 'Neuer Kunde'], 'id.hint': ['Empty: one is made.', 'Leer: sie wird vergeben.'], saved: ['{name} is saved.', '{name} ist gespeichert.'],
  },
  report: {
    by: ['By', 'Nach'], customers: ['Customers', 'Kunden'], products: ['Products', 'Produkte'], days: ['Days', 'Tage'], measure: ['What the chart shows', 'Was das Bild zeigt'],
    asOf: ['As of', 'Stand'], nothing: ['Nothing completed yet', 'Noch nichts erledigt'], 'nothing.hint': ['Completed orders are in it after the next refresh.', 'Erledigte Aufträge erscheinen nach der nächsten Auffrischung.'],
  },
  role: {
    admin: ['Admin', 'Admin'], retailer: ['Retailer', 'Händler'], warehouse: ['Warehouse', 'Lager'], customer: ['Customer', 'Kunde'], 'admin.may': ['everything', 'alles'],
    'retailer.may': ['orders, customers, stock, reports', 'Aufträge, Kunden, Bestand, Berichte'], 'warehouse.may': ['move, ship, stock', 'bewegen, versenden, Bestand'], 'customer.may': ['their own orders', 'eigene Aufträge'],
  },
  tokens: {
    no: ['No.', 'Nr.'], actions: ['Actions', 'Aktionen'], number: ['token {n}', 'Token {n}'], role: ['Role', 'Rolle'], used: ['Last used', 'Zuletzt benutzt'], ends: ['Ends', 'Endet'], this: ['You', 'Sie'], never: ['Never', 'Nie'],
    noEnd: ['Never', 'Nie'], valid: ['Valid', 'Gültig'], expired: ['Expired', 'Abgelaufen'], revoked: ['Revoked', 'Widerrufen'], rotate: ['Rotate', 'Erneuern'], revoke: ['Revoke', 'Widerrufen'],
    'rotate.of': ['Rotate {name}', '{name} erneuern'], 'rotate.hint': ['A new token of the same kind; the old one stays valid for a while.', 'Ein neuer Token gleicher Art; der alte gilt noch eine Weile.'],
    'revoke.of': ['Revoke {name}', '{name} widerrufen'], 'revoke.hint': ['Whoever uses it is out within a second.', 'Wer ihn benutzt, ist in einer Sekunde draußen.'],
    none: ['No tokens', 'Keine Tokens'], 'none.hint': ['Make one for each program and each device.', 'Einen für jedes Programm und jedes Gerät machen.'], create: ['New token', 'Neuer Token'],
    days: ['Days it is valid', 'Gültig für Tage'], 'days.hint': ['Empty: without an end.', 'Leer: ohne Ende.'], overlap: ['Days the old one stays valid', 'Tage, die der alte noch gilt'],
    'name.hint': ['For the history, such as “tablet 3”.', 'Für die Geschichte, etwa „Tablet 3“.'], 'customer.hint': ['Only for the role Customer.', 'Nur für die Rolle Kunde.'],
    once: ['The new token', 'Der neue Token'], 'once.hint': ['It is shown only now. Keep it in a safe place.', 'Er wird nur jetzt gezeigt. Sicher aufbewahren.'], token: ['Token', 'Token'], copy: ['Copy', 'Kopieren'],
    copied: ['Copied.', 'Kopiert.'], notCopied: ['The browser does not allow it: copy it by hand.', 'Der Browser erlaubt es nicht: von Hand kopieren.'], kept: ['I have kept it', 'Aufbewahrt'], gone: ['{name} is revoked.', '{name} ist widerrufen.'],
  },
  system: {
    state: ['Service', 'Dienst'], ready: ['Ready', 'Bereit'], notReady: ['Not ready', 'Nicht bereit'], allChecks: ['All checks are fine.', 'Alle Prüfungen sind gut.'], report: ['Age of the report', 'Alter des Berichts'],
    'report.every': ['Refreshed every {n} s', 'Alle {n} s aufgefrischt'], feed: ['Lag of the feed', 'Rückstand der Änderungen'], followers: ['{n} follow it', '{n} folgen'], queue: ['Fulfilment queue', 'Fulfilment-Schlange'],
    'queue.hint': ['{n} under way, the oldest waits {age}', '{n} unterwegs, der älteste wartet {age}'], 'queue.off': ['No process service is named.', 'Kein Prozessdienst ist benannt.'], off: ['Off', 'Aus'], breakers: ['Breakers', 'Sicherungen'],
    'breakers.hint': ['Database and process service', 'Datenbank und Prozessdienst'], open: ['Open', 'Offen'], closed: ['Closed', 'Geschlossen'], connections: ['Connections', 'Verbindungen'],
    'connections.hint': ['{streams} streams; database {leased} of {database} busy, {waiting} waiting', '{streams} Ströme; Datenbank {leased} von {database} belegt, {waiting} warten'],
    rate: ['Requests', 'Anfragen'], median: ['Median time', 'Mittlere Dauer'], slow: ['99th percentile', '99. Perzentil'], errors: ['Failures', 'Fehler'],
    numbers: ['The last quarter of an hour in numbers', 'Die letzte Viertelstunde in Zahlen'], version: ['Version', 'Version'], started: ['Running since', 'Läuft seit'],
    migrations: ['Schema', 'Schema'], 'migrations.last': ['{n} steps, the newest is {last}', '{n} Schritte, der neueste ist {last}'],
  },
}

export const languages = [['en', 'English'], ['de', 'Deutsch']]

function choose() {
  let wanted
  try {
    wanted = localStorage.getItem('waybill-language')
  } catch {
    wanted = null
  }
  for (const one of [wanted, ...navigator.languages]) {
    const known = languages.find(([name]) => one?.startsWith(name))
    if (known) return known[0]
  }
  return 'en'
}

export const language = choose()
/** How numbers and times are written: as the browser asks, if it asks for this language. */
export const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language
const at = languages.findIndex(([name]) => name === language)

export function t(key, values) {
  const dot = key.indexOf('.')
  const [group, name] = dot < 0 ? ['', key] : [key.slice(0, dot), key.slice(dot + 1)]
  // A word that the service has learnt later is shown as it is.
  const text = groups[group]?.[name]?.[at] ?? name.replaceAll('_', ' ')
  return values ? text.replace(/\{(\w+)\}/g, (_, one) => values[one] ?? '') : text
}
