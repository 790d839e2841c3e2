// One order: what it holds and where it goes, what has happened to it, and what may happen next.

import { h, show } from './h.js'
import { everything, get, url } from './api.js'
import { onEvents } from './live.js'
import { addressBlock, addressFields, cancel, changeOrder, lineName, move, name, printSlip, ship, toAddress, triedMove } from './actions.js'
import { ask, attempt, badge, count, go, headRow, icon, keyHint, loading, mailLink, money, pairs, preference, refusal, t, time, toast } from './ui.js'

export function order(app, signal, id) {
  let seen
  let isEditing = false
  // How many units of each line have gone out, as far as parcels say.
  let sent = new Map()
  const [body, problem, customer, parcels] = [h('div', {}, loading()), h('div', {}), h('div', {}), h('div', {})]
  const linesCard = h('section.card', {})
  const timeline = h('ol.timeline', {})
  const later = h('button', { hidden: true, onclick: () => readEvents() }, t('order.more'))
  // The history as far as it was read, oldest first, and where it goes on.
  let events
  let nextEvents
  const canEdit = () => app.may.edit() && seen?.status === 'new'
  const self = {
    title: `#${id}`,
    element: h('div.screen', {}, h('a.back', { href: '/console/orders' }, icon('back'), t('screen.orders')), problem, body),
    keys: { Escape: () => (isEditing ? draw(seen) : go('/console/orders')), e: () => canEdit() && edit(), p: () => seen && printSlip(seen) },
  }

  const load = () => attempt(body, t('tried.read', { name: `#${id}` }), async () => draw(await get(url`/orders/${id}`, { signal })), load)

  /** Does something, shows what comes of it, or why it was refused, beside what was tried. */
  async function act(what, tried, place = problem) {
    show(place)
    try {
      const answer = await what()
      const now = answer?.value ?? answer?.left ?? (answer?.id && answer)
      if (now) draw(now)
    } catch (error) {
      if (error.now) draw(error.now)
      else show(place, refusal(error, tried))
    }
  }

  const buttons = () => h('div.buttons', {},
    app.may.move() && seen.allowed_statuses.filter((status) => status !== 'cancelled').map((status) =>
      h('button.primary', { onclick: () => act(() => move(seen, status), triedMove(seen, status)) }, t(`move.${status}`))),
    app.may.ship() && !['cancelled', 'failed'].includes(seen.status) && h('button', { onclick: () => act(askShip) }, t('ship')),
    canEdit() && h('button', { onclick: edit, 'aria-keyshortcuts': 'e' }, t('order.edit'), keyHint('e')),
    h('button', { onclick: () => printSlip(seen), 'aria-keyshortcuts': 'p' }, t('slip'), keyHint('p')),
    app.may.ship() && seen.status === 'completed' && seen.items.some((line) => line.product_id) && h('button', { onclick: () => act(takeBack) }, t('return')),
    seen.allowed_statuses.includes('cancelled') && h('button.danger', { onclick: () => act(() => cancel(seen, app.session.role)) }, t('move.cancelled')))

  const sum = (title, quantity, amount) => h('tr', {}, h('th', { scope: 'row' }, title), h('td.number', {}, count(quantity)), h('td', {}), h('td.number', {}, money(amount)))
  const lines = () => h('div.scroll', {}, h('table', {},
    headRow(['column.name', 'column.quantity', 'column.price', 'column.amount'], ['column.quantity', 'column.price', 'column.amount']),
    h('tbody', {}, seen.items.map((line) => h('tr', {},
      h('th', { scope: 'row' }, lineName(line), line.product_id && h('a.sub', { href: url`/console/stock?open=${line.product_id}` }, line.product_id)),
      h('td.number', {}, isEditing && line.product_id ? h('input.quantity', {
        type: 'number', min: 0, max: 1000000, required: true, name: line.product_id, value: line.quantity, inputmode: 'numeric',
        'aria-label': t('order.quantityOf', { name: lineName(line) }),
      }) : count(line.quantity)),
      h('td.number', {}, money(line.price)), h('td.number', {}, money(line.amount))))),
    h('tfoot', {}, sum(t('total'), seen.total_quantity, seen.total_amount),
      seen.returned_quantity > 0 && sum(t('cause.returned'), -seen.returned_quantity, -seen.returned_amount))))

  function edit() {
    isEditing = true
    const refused = h('div', {})
    const form = h('form', { onsubmit: async (event) => {
      event.preventDefault()
      const before = new Map(seen.items.map((line) => [line.product_id, line.quantity]))
      const wanted = [...form.querySelectorAll('input.quantity')].map((input) => [input.name, Number(input.value)])
      if (form.elements.product.value.trim()) wanted.push([form.elements.product.value.trim(), Number(form.elements.added.value)])
      const items = wanted.filter(([product, quantity]) => before.get(product) !== quantity).map(([product_id, quantity]) => ({ product_id, quantity }))
      if (!items.length) return draw(seen)
      const tried = t('tried.edit', { name: name(seen) })
      await act(async () => {
        const now = await changeOrder(seen, tried, 'PATCH', '', { items })
        toast(t('saved', { name: name(now) }))
        return now
      }, `${tried}: ${items.map((one) => `${one.product_id} × ${one.quantity}`).join(', ')}`, refused)
    } }, lines(),
    h('div.add', {}, h('label', { for: 'product' }, t('order.add')), h('input', { id: 'product', name: 'product', maxlength: 64, autocomplete: 'off' }),
      h('label', { for: 'added' }, t('column.quantity')), h('input', { id: 'added', name: 'added', type: 'number', min: 1, value: 1 })),
    h('p.hint', {}, t('order.edit.hint')), refused,
    h('div.actions', {}, h('button', { onclick: () => draw(seen) }, t('cancel.dialog')), h('button.primary', { type: 'submit' }, t('save'))))
    show(linesCard, h('h2', {}, t('order.lines')), form)
    form.querySelector('input').select()
  }

  const keyOf = (line) => line.product_id ?? line.name
  function askShip() {
    const open = seen.items.map((line) => ({ line, left: line.quantity - (sent.get(keyOf(line)) ?? 0) })).filter(({ left }) => left > 0)
    // Who sends part of an order says how much of each line; a single unit cannot be parted.
    const parts = open.reduce((all, { left }) => all + left, 0) > 1 ? open : []
    return ask({
      title: t('order.ship', { name: name(seen) }), action: t('ship'), fields: [
        { name: 'carrier', label: t('column.carrier'), value: seen.shipping.carrier ?? preference('carrier', ''), maxLength: 255 },
        { name: 'tracking_number', label: t('column.tracking'), value: open.length ? '' : seen.shipping.tracking_number, maxLength: 255, hint: t('ship.scan'), autofocus: true },
        ...parts.map(({ line, left }, at) => ({ name: `part-${at}`, label: lineName(line), type: 'number', min: 0, max: left, value: left, required: true }))],
      submit: ({ carrier, tracking_number, ...quantities }) => {
        const items = parts.map(({ line }, at) => ({ ...(line.product_id ? { product_id: line.product_id } : line.name && { name: line.name }), quantity: quantities[`part-${at}`] }))
        const isPart = parts.some(({ left }, at) => left !== items[at].quantity)
        return ship(seen, { carrier, tracking_number, items: isPart ? items.filter((one) => one.quantity > 0) : undefined })
      },
    })
  }
  const takeBack = () => ask({
    title: t('return.of', { name: name(seen) }), action: t('return'), fields: [
      { name: 'product_id', label: t('filter.product'), options: seen.items.filter((line) => line.product_id).map((line) => [line.product_id, lineName(line)]) },
      { name: 'quantity', label: t('column.quantity'), type: 'number', min: 1, value: 1, required: true },
      { name: 'restock', label: t('return.restock'), type: 'check', value: true }, { name: 'reason', label: t('reason'), maxLength: 200 }],
    submit: ({ reason, ...item }) => changeOrder(seen, t('return.of', { name: name(seen) }), 'POST', '/returns', { items: [item], ...(reason && { reason }) }),
  })
  const editAddress = () => ask({
    title: t('order.shipTo'), action: t('save'), fields: addressFields(seen.ship_to),
    submit: (values) => changeOrder(seen, t('order.shipTo'), 'PATCH', '', { ship_to: toAddress(values) }),
  })
  const editNote = () => ask({
    title: t('order.note.edit'), action: t('save'), fields: [
      { name: 'note', label: t('order.note'), type: 'area', maxLength: 2000, value: seen.note },
      { name: 'tags', label: t('column.tags'), value: seen.tags?.join(', '), hint: t('order.tags.hint') }],
    submit: ({ note, tags }) => {
      const list = [...new Set(tags.split(',').map((tag) => tag.trim()).filter(Boolean))]
      return changeOrder(seen, t('order.note.edit'), 'PATCH', '', { note: note || null, tags: list.length ? list : null })
    },
  })

  const card = (title, content, change) => h('section.card', {}, h('div.card-head', {}, h('h2', {}, title),
    change && h('button.quiet', { onclick: () => act(change), 'aria-label': `${t('edit')}: ${title}` }, t('edit'))), content)

  /** What is read beside the order. It is drawn only if the order is still the same. */
  function beside(title, address, use, read = get) {
    const of = seen
    return attempt(problem, title, async () => {
      const answer = await read(address, { signal })
      if (seen === of) use(answer)
    })
  }
  async function readEvents() {
    const of = seen
    later.disabled = true
    await beside(t('order.timeline'), nextEvents, ({ items, next }) => {
      events.push(...items)
      nextEvents = next
      later.hidden = !next
      show(timeline, events.toReversed().map((event) => h('li', {},
        h(`span.dot.${event.to}`, {}), h('div', {}, h('strong', {}, t(`what.${event.what}`)),
          event.from && event.from !== event.to && ` ${t(`status.${event.from}`)} → ${t(`status.${event.to}`)}`,
          h('div.hint', {}, event.who, ' · ', time(event.when))))))
    })
    if (seen === of) later.disabled = false
  }
  function readBeside() {
    events = []
    nextEvents = url`/orders/${seen.id}/events?limit=200`
    readEvents()
    sent = new Map()
    if (seen.shipped_quantity) {
      beside(t('order.shipping'), url`/orders/${seen.id}/shipments?limit=200`, (items) => {
        for (const line of items.flatMap((parcel) => parcel.items)) sent.set(keyOf(line), (sent.get(keyOf(line)) ?? 0) + line.quantity)
        show(parcels, h('ol.parcels', {}, items.map((parcel) => h('li', {}, h('strong', {}, parcel.carrier ?? '–'), ` ${parcel.tracking_number ?? ''}`,
          h('div.hint', {}, parcel.items.map((line) => `${count(line.quantity)} × ${lineName(line)}`).join(', '), ' · ', time(parcel.created_at))))))
      }, everything)
    }
    if (!seen.customer_id || !app.may.customers()) return
    beside(t('column.customer'), url`/customers/${seen.customer_id}`, (who) => show(customer, h('p', {}, h('a', { href: url`/console/customers/${who.id}` }, who.name ?? who.id)),
      who.email && h('p', {}, mailLink(who.email)), h('p.hint', {}, who.id),
      h('p', {}, h('a', { href: url`/console/orders?customer_id=${who.id}` }, t('customer.orders')))))
  }

  function draw(now) {
    // An answer may come after the screen has been left.
    if (signal.aborted) return
    const isNewer = seen !== now
    const hadFocus = body.contains(document.activeElement)
    if (!seen) show(customer, h('p', {}, now.customer_id ?? '–'))
    seen = now
    isEditing = false
    self.title = `${name(now)} · ${t(`status.${now.status}`)}`
    document.title = `${self.title} · Waybill`
    show(linesCard, h('h2', {}, t('order.lines')), now.items.length ? lines() : h('p.hint', {}, t('order.noLines')))
    show(body,
      h('div.head-line', {}, h('h1', {}, name(now), ' ', badge(now.status)), buttons()),
      h('p.facts', {}, now.reference && h('span', {}, `${t('column.reference')}: ${now.reference}`), h('span', {}, `${t('column.channel')}: ${now.channel}`),
        h('span', {}, `${t('column.placed')}: `, time(now.created_at)), h('span', {}, `${t('column.updated')}: `, time(now.updated_at))),
      h('div.columns-two', {}, h('div', {}, linesCard, card(t('order.timeline'), [later, timeline])), h('div', {}, card(t('column.customer'), customer),
        card(t('order.shipTo'), now.ship_to ? addressBlock(now.ship_to) : h('p.hint', {}, t('order.nowhere')),
          app.may.edit() && ['new', 'in_progress'].includes(now.status) && editAddress),
        card(t('order.shipping'), [pairs(['column.carrier', now.shipping.carrier ?? '–'], ['column.tracking', now.shipping.tracking_number ?? '–'],
          ...(now.shipped_quantity ? [['order.sent', `${count(now.shipped_quantity)} / ${count(now.total_quantity)}`]] : [])), parcels]),
        card(t('order.note'), [h('p.note', {}, now.note ?? h('span.hint', {}, t('order.noNote'))),
          now.tags?.length > 0 && h('p.tags', {}, now.tags.map((tag) => h('span.tag', {}, tag)))], app.may.edit() && editNote))))
    if (hadFocus && !body.contains(document.activeElement)) body.querySelector('button')?.focus()
    if (isNewer) readBeside()
  }

  onEvents(signal, (events) => {
    if (!events) return isEditing || load()
    const mine = events.findLast((event) => seen && event.order?.id === seen.id && event.order_now?.version > seen.version)
    if (!mine) return
    // What is being typed is not taken away; saving then says what differs.
    if (isEditing || document.querySelector('dialog[open]')) show(problem, h('p.notice', {}, t('order.changed', { who: mine.who })))
    else draw(mine.order_now)
  })
  load()
  return self
}
