// The texts in German, by group and name. What is counted may have another form for one.

export default {
  '': {
    loading: 'Wird geladen …', again: 'Noch einmal', close: 'Schließen', save: 'Speichern', edit: 'Bearbeiten', total: 'Summe',
    returned: 'Zurückgekommen', reason: 'Grund', nav: 'Ansichten', skip: 'Zum Inhalt', settings: 'Einstellungen', theme: 'Farben',
    language: 'Sprache', docs: 'API-Dokumentation', login: 'Anmelden', logout: 'Abmelden', filter: 'Filter', columns: 'Spalten',
    export: 'Exportieren', views: 'Ansichten', ship: 'Versenden', slip: 'Packzettel', return: 'Zurücknehmen', bulk: 'Ausgewählte Aufträge',
    ms: '{n} ms', perSecond: '{n} pro Sekunde',
  },
  screen: {
    orders: 'Aufträge', pick: 'Packen', stock: 'Bestand', customers: 'Kunden', report: 'Bericht', tokens: 'Tokens', system: 'System',
  },
  status: {
    new: 'Neu', in_progress: 'In Arbeit', completed: 'Erledigt', failed: 'Gescheitert', cancelled: 'Storniert',
  },
  move: {
    in_progress: 'Beginnen', completed: 'Abschließen', cancelled: 'Stornieren',
  },
  column: {
    number: 'Nummer', status: 'Status', placed: 'Eingang', customer: 'Kunde', reference: 'Referenz', items: 'Artikel', quantity: 'Menge',
    amount: 'Betrag', channel: 'Kanal', carrier: 'Versender', tracking: 'Sendungsnummer', tags: 'Schlagworte', updated: 'Geändert',
    name: 'Name', price: 'Preis', orders: 'Aufträge', total_quantity: 'Menge', total_amount: 'Betrag', customer_id: 'Kunde',
    customer_name: 'Name', product_id: 'Produkt', product_name: 'Name', day: 'Tag', returned_quantity: 'Zurück',
    returned_amount: 'Betrag davon',
  },
  cancel: {
    dialog: 'Zurück',
  },
  age: {
    seconds: '{n} s', minutes: '{n} min', hours: '{n} h',
  },
  error: {
    unreachable: 'Der Dienst antwortet nicht. Nichts ist verloren: gleich noch einmal versuchen.', request: 'Anfrage {id}',
  },
  live: {
    live: 'Live', cut: 'Verbindet …', off: 'Getrennt', 'live.long': 'Änderungen anderer erscheinen sofort.',
    'cut.long': 'Die Leitung ist unterbrochen. Es geht weiter, sobald der Dienst antwortet.',
    'off.long': 'Änderungen anderer erscheinen nicht.',
  },
  theme: {
    system: 'Wie das System', light: 'Hell', dark: 'Dunkel',
  },
  keys: {
    title: 'Tasten', search: 'Suchen', rows: 'Nächste und vorige Zeile', choose: 'Zeile auswählen', open: 'Zeile öffnen',
    pick: 'Beginnen, packen, versenden in Packen', order: 'Auftrag bearbeiten und drucken', help: 'Diese Liste',
    back: 'Zurück, oder Feld verlassen', on: 'Einzelne Tasten benutzen',
  },
  login: {
    token: 'Token', hint: 'Den Token einfügen, den man bekommen hat. Er beginnt mit wb_.', failed: 'Die Anmeldung',
    ended: 'Die Sitzung ist zu Ende. Nach der Anmeldung geht es hier weiter.', 'ended.byYou': 'Abgemeldet.',
    nothing: 'Für die Rolle {role} gibt es hier nichts.',
  },
  list: {
    all: 'Alle geladenen auswählen', choose: '{name} auswählen', further: 'Bisher nichts. Weiter suchen', end: 'Das sind alle: {n}',
    more: 'Mehr',
  },
  filter: {
    any: 'Alle', from: 'Von', to: 'Bis', customer: 'Kunden-ID', product: 'Produkt', tag: 'Schlagwort', sort: 'Reihenfolge',
    newest: 'Neueste zuerst', oldest: 'Älteste zuerst', apply: 'Anwenden', remove: 'Filter {name} entfernen', clear: 'Alle Filter aufheben',
  },
  orders: {
    search: 'Aufträge suchen: Nummer, Referenz, Kunde, Produkt', nothing: 'Keine Aufträge',
    'nothing.hint': 'Nichts passt zu diesen Filtern.', new: '{n} neue Aufträge', 'new.one': '{n} neuer Auftrag',
    narrow: 'Es passt mehr, als angesehen wurde: ein weiteres Wort hilft.',
  },
  export: {
    shown: '{n} geladene Aufträge wurden gespeichert.', 'shown.one': '{n} geladener Auftrag wurde gespeichert.',
  },
  bulk: {
    chosen: '{n} ausgewählt', export: 'Diese exportieren', clear: 'Auswahl aufheben',
    sure: 'Jeder der {n} Aufträge bekommt sein eigenes Ergebnis.', summary: '{good} von {all} erledigt.',
    in_progress: '{n} Aufträge beginnen', completed: '{n} Aufträge abschließen', cancelled: '{n} Aufträge stornieren',
    'sure.one': 'Der Auftrag bekommt sein eigenes Ergebnis.', 'in_progress.one': '{n} Auftrag beginnen',
    'completed.one': '{n} Auftrag abschließen', 'cancelled.one': '{n} Auftrag stornieren',
  },
  views: {
    none: 'Noch keine gespeicherten Ansichten', 'none.hint': 'Filter, Suche und Spalten wählen und unter einem Namen speichern.',
    'shared.by': 'Gemeinsam, von {who}', own: 'Eigene', save: 'Diese Ansicht speichern', name: 'Name', shared: 'Für alle',
    saved: 'Die Ansicht {name} ist gespeichert.', delete: 'Ansicht {name} löschen',
  },
  conflict: {
    title: 'Jemand war schneller', what: 'Was', seen: 'Gesehen', now: 'Jetzt ist es', leave: 'So lassen, wie es jetzt ist',
    again: 'Meine Änderung trotzdem machen',
  },
  tried: {
    move: '{name} auf „{status}“ setzen', read: '{name} lesen', edit: '{name} bearbeiten',
  },
  order: {
    lines: 'Positionen', noLines: 'Er hat keine Positionen.', edit: 'Mengen ändern', add: 'Produkt hinzufügen',
    'edit.hint': '0 entfernt eine Position. Der Bestand folgt sofort.', quantityOf: 'Menge von {name}', edited: '{name} ist gespeichert.',
    moved: '{name}: {status}', ship: '{name} versenden', shipped: '{name}: der Versand ist gespeichert.', cancel: '{name} stornieren',
    'cancel.sure': 'Der Bestand kommt zurück. Das lässt sich nicht rückgängig machen.', shipTo: 'Geht an',
    nowhere: 'Niemand hat gesagt, wohin.', shipping: 'Versand', note: 'Notiz', sent: 'Versendet', noNote: 'Keine Notiz.',
    'note.edit': 'Notiz und Schlagworte', 'tags.hint': 'Durch Kommas getrennt.', timeline: 'Was geschehen ist',
    changed: '{who} hat diesen Auftrag gerade geändert. Beim Speichern erscheint der Unterschied.', more: 'Spätere zeigen',
  },
  what: {
    placed: 'Eingegangen', edited: 'Bearbeitet', moved: 'Weiterbewegt', shipped: 'Versendet', hidden: 'Im Laden ausgeblendet',
    returned: 'Ware kam zurück', touched: 'Berührt', imported: 'Aus einer Datei übernommen',
  },
  return: {
    of: 'Von {name} zurücknehmen', restock: 'Wieder verkäuflich',
  },
  ship: {
    scan: 'Nummer des Pakets scannen oder tippen.',
  },
  slip: {
    title: 'Packzettel', done: 'Fertig', total: '{n} Stück insgesamt', 'total.one': '{n} Stück insgesamt',
  },
  address: {
    name: 'Name', company: 'Firma', lines: 'Straße', 'lines.hint': 'Bis zu vier Zeilen.', code: 'Postleitzahl', city: 'Ort',
    region: 'Region', country: 'Land (zwei Buchstaben)', phone: 'Telefon',
  },
  pick: {
    queue: 'Zu packende Aufträge, älteste zuerst', scan: 'Scannen oder tippen', go: 'Los',
    'scan.hint': 'Eine Auftragsnummer öffnet ihn, eine Produkt-ID hakt ein Stück ab.', count: '{n} warten',
    more: 'Die {n} ältesten von mehr', units: '{n} Stück', empty: 'Nichts zu packen', 'empty.hint': 'Neue Aufträge erscheinen von selbst.',
    start: 'Beginnen', pack: 'Gepackt', ship: 'Versenden', isAlready: '{name} ist schon: {status}', tried: 'Suche nach „{text}“',
    'units.one': '{n} Stück', 'count.one': '{n} wartet',
  },
  stock: {
    search: 'Produkte suchen', nothing: 'Keine Produkte', 'nothing.hint': 'Nichts passt.', stock: 'Bestand', level: 'Meldebestand',
    out: 'Ausverkauft', low: 'Knapp', 'show.all': 'Alle', 'show.out': 'Ausverkauft', 'show.low': 'Knapp', 'show.retired': 'Ausgelistet',
    product: 'Produkt', units: 'auf Lager', noLevel: 'Kein Meldebestand.', levelAt: 'Knapp ab {n} oder weniger.', adjust: 'Anpassen',
    take: 'Inventur', movements: 'Bewegungen', noMovements: 'Noch keine Bewegung.', delta: 'Änderung',
    'delta.hint': '25 kamen dazu, oder −3 sind weg.', cause: 'Ursache', who: 'Wer', when: 'Wann', counted: 'Gezählt',
    done: '{name} ist gespeichert.', reasons: 'Lieferung|Inventur|beschädigt|verloren', 'adjust.of': 'Bestand von {name} anpassen',
    'take.of': 'Inventur von {name}', 'take.hint': 'Der Bestand wird das Gezählte; die Differenz ist eine Bewegung.',
    'level.hint': 'Leer: nie knapp.', open: 'Offene Aufträge',
  },
  cause: {
    placed: 'Auftrag', edited: 'Auftrag geändert', cancelled: 'Auftrag storniert', returned: 'Zurückgekommen', initial: 'Neues Produkt',
    adjusted: 'Von Hand', direct: 'In der Datenbank',
  },
  customers: {
    search: 'Kunden suchen: Name, E-Mail, ID', nothing: 'Keine Kunden', 'nothing.hint': 'Niemand passt.',
  },
  customer: {
    id: 'ID', email: 'E-Mail', since: 'Seit', orders: 'Aufträge', noOrders: 'Noch keine Aufträge.', edit: 'Kunde bearbeiten',
    new: 'Neuer Kunde', 'id.hint': 'Leer: sie wird vergeben.', saved: '{name} ist gespeichert.',
  },
  report: {
    by: 'Nach', customers: 'Kunden', products: 'Produkte', days: 'Tage', measure: 'Was das Bild zeigt', asOf: 'Stand',
    nothing: 'Noch nichts erledigt', 'nothing.hint': 'Erledigte Aufträge erscheinen nach der nächsten Auffrischung.',
  },
  role: {
    admin: 'Admin', retailer: 'Händler', warehouse: 'Lager', customer: 'Kunde', 'admin.may': 'alles',
    'retailer.may': 'Aufträge, Kunden, Bestand, Berichte', 'warehouse.may': 'bewegen, versenden, Bestand',
    'customer.may': 'eigene Aufträge',
  },
  tokens: {
    no: 'Nr.', actions: 'Aktionen', number: 'Token {n}', role: 'Rolle', used: 'Zuletzt benutzt', ends: 'Endet', this: 'Sie', never: 'Nie',
    noEnd: 'Nie', valid: 'Gültig', expired: 'Abgelaufen', revoked: 'Widerrufen', rotate: 'Erneuern', revoke: 'Widerrufen',
    'rotate.of': '{name} erneuern', 'rotate.hint': 'Ein neuer Token gleicher Art; der alte gilt noch eine Weile.',
    'revoke.of': '{name} widerrufen', 'revoke.hint': 'Wer ihn benutzt, ist in einer Sekunde draußen.', none: 'Keine Tokens',
    'none.hint': 'Einen für jedes Programm und jedes Gerät machen.', create: 'Neuer Token', days: 'Gültig für Tage',
    'days.hint': 'Leer: ohne Ende.', overlap: 'Tage, die der alte noch gilt', 'name.hint': 'Für die Geschichte, etwa „Tablet 3“.',
    'customer.hint': 'Nur für die Rolle Kunde.', once: 'Der neue Token', 'once.hint': 'Er wird nur jetzt gezeigt. Sicher aufbewahren.',
    token: 'Token', copy: 'Kopieren', copied: 'Kopiert.', notCopied: 'Der Browser erlaubt es nicht: von Hand kopieren.', kept: 'Aufbewahrt',
    gone: '{name} ist widerrufen.',
  },
  system: {
    state: 'Dienst', ready: 'Bereit', notReady: 'Nicht bereit', allChecks: 'Alle Prüfungen sind gut.', report: 'Alter des Berichts',
    'report.every': 'Alle {n} s aufgefrischt', feed: 'Rückstand der Änderungen', followers: '{n} folgen', queue: 'Fulfilment-Schlange',
    'queue.hint': '{n} unterwegs, der älteste wartet {age}', 'queue.off': 'Kein Prozessdienst ist benannt.', off: 'Aus',
    breakers: 'Sicherungen', 'breakers.hint': 'Datenbank und Prozessdienst', open: 'Offen', closed: 'Geschlossen',
    connections: 'Verbindungen', 'connections.hint': '{streams} Ströme; Datenbank {leased} von {database} belegt, {waiting} warten',
    rate: 'Anfragen', median: 'Mittlere Dauer', slow: '99. Perzentil', errors: 'Fehler', numbers: 'Die letzte Viertelstunde in Zahlen',
    version: 'Version', started: 'Läuft seit', migrations: 'Schema', 'migrations.last': '{n} Schritte, der neueste ist {last}',
    'followers.one': '{n} folgt', 'migrations.last.one': '{n} Schritt, der neueste ist {last}',
  },
}
