// The warehouse's queue: the oldest order first, one step at a time, with targets for thumbs and three
// keys. A scanner types like a keyboard: a number opens an order, a product ticks off one unit.

import { h, keyed, say, show } from './h.js'
import { get, url } from './api.js'
import { onEvents, soon } from './live.js'
import { addressLines, lineName, move, name, printSlip, ship, triedMove } from './actions.js'
import { attempt, badge, count, empty, go, icon, keyHint, loading, preference, refusal, screen, t, time, toast } from './ui.js'

const QUEUE = 50
const WAITING = ['new', 'in_progress']
const KEYS = { start: 's', pack: 'p', ship: 'd' }
const whose = (order) => order.ship_to?.name ?? order.customer_id ?? order.channel
const isWaiting = (order) => WAITING.includes(order.status) && order.allowed_statuses.length > 0

export function pick(app, signal) {
  let items = []
  let current
  let isActing = false
  let control = new AbortController()
  // The order whose carrier and parcel stand in the fields.
  let filled
  // How many units of each line are in the box, by order; of this tab alone.
  const packed = new Map()

  const problem = h('div', {})
  const queue = h('ol.queue', { 'aria-label': t('pick.queue') })
  const card = h('section.pick-card', {})
  const total = h('p.hint', {})
  const scan = h('input', { id: 'scan', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', enterkeyhint: 'go', 'aria-describedby': 'scan-hint', maxlength: 255 })
  const scanForm = h('form.scan', { onsubmit: (event) => {
    event.preventDefault()
    if (scan.value.trim()) scanned(scan.value.trim())
    scan.value = ''
  } }, h('label', { for: 'scan' }, t('pick.scan')), icon('search'), scan, h('button.primary', { type: 'submit' }, t('pick.go')), h('p.hint', { id: 'scan-hint' }, t('pick.scan.hint')))

  // The fields stay while the card around them is drawn anew: what is typed must not be lost.
  const [carrier, tracking] = ['carrier', 'tracking'].map((id) => h('input', {
    id, maxlength: 255, autocomplete: 'off', onkeydown: (event) => event.key === 'Enter' && event.target === tracking && steps.ship(),
  }))
  const parcel = h('div.pick-ship', {}, [carrier, tracking].map((input) => h('div.field', {}, h('label', { for: input.id }, t(`column.${input.id}`)), input)))

  const inBox = (order, index) => packed.get(order.id)?.[index] ?? 0
  const isPacked = (order) => order.items.every((line, index) => inBox(order, index) >= line.quantity)
  const step = (order) => (order.status === 'new' ? 'start' : isPacked(order) ? 'ship' : 'pack')
  function put(index, quantity) {
    const counts = packed.get(current.id) ?? []
    counts[index] = Math.min(current.items[index].quantity, quantity)
    packed.set(current.id, counts)
  }

  const load = () => attempt(card, t('screen.pick'), async () => {
    control.abort()
    control = new AbortController()
    if (!items.length) show(card, loading())
    const page = await get(`/orders?status=${WAITING}&sort=created_at&limit=${QUEUE}`, { signal: AbortSignal.any([signal, control.signal]) })
    items = page.items.filter(isWaiting)
    // An order that was scanned may not be among the oldest.
    if (page.next && current) add(current)
    say(total, page.next ? t('pick.more', { n: QUEUE }) : t('pick.count', { n: items.length }))
    choose(items.find((order) => order.id === current?.id) ?? items[0])
  }, load)
  const add = (order) => items.some((one) => one.id === order.id) || items.unshift(order)
  function choose(order) {
    if (order?.id !== current?.id) show(problem)
    current = order
    draw()
  }

  function drawQueue() {
    keyed(queue, items, (order) => order.id,
      ({ id }) => h('li', {}, h('button', { onclick: () => choose(items.find((one) => one.id === id)) }, h('strong'), h('span'), h('span.hint'))),
      ({ firstChild: button }, order) => {
        const [number, status, about] = button.children
        say(number, name(order))
        if (status.dataset.status !== order.status) show(status, badge(order.status))
        status.dataset.status = order.status
        say(about, `${t('pick.units', { n: order.total_quantity })} · ${whose(order)}`)
        button.setAttribute('aria-current', String(order.id === current?.id))
      })
  }
  function line(order, { quantity, ...line }, index) {
    const done = inBox(order, index)
    const isDone = done >= quantity
    return h('li', {}, h(isDone ? 'button.done' : 'button', { 'aria-pressed': String(isDone), disabled: order.status === 'new', onclick: () => {
      put(index, isDone ? 0 : quantity)
      draw()
    } }, h('span.pick-count', {}, count(quantity)), h('span.pick-name', {}, lineName(line), line.product_id && h('span.sub', {}, line.product_id)),
    h('span.pick-tick', {}, isDone ? '✓' : done ? `${done}/${quantity}` : '')))
  }
  function draw() {
    drawQueue()
    const order = current
    if (!order) return show(card, empty(t('pick.empty'), t('pick.empty.hint')))
    const now = step(order)
    const focused = card.contains(document.activeElement) && document.activeElement
    if (filled !== order.id) {
      filled = order.id
      carrier.value = order.shipping.carrier ?? preference('carrier', '')
      tracking.value = order.shipping.tracking_number ?? ''
    }
    show(card,
      h('div.pick-head', {}, h('h2', {}, h('a', { href: `/console/orders/${order.number}` }, name(order))), badge(order.status), h('span.grow', {}), h('button', { onclick: () => printSlip(order) }, t('slip'))),
      h('p.facts', {}, [whose(order), order.reference, time(order.created_at)].filter(Boolean).map((fact) => h('span', {}, fact))),
      order.note && h('p.pick-note', {}, order.note),
      h('ul.pick-lines', {}, order.items.map((one, index) => line(order, one, index))),
      order.ship_to && h('address', {}, addressLines(order.ship_to).join(' · ')),
      now === 'ship' && parcel,
      h('div.steps', {}, Object.keys(KEYS).map((one) => h(one === now ? 'button.primary.big' : 'button.big', {
        disabled: one !== now, onclick: steps[one], 'aria-keyshortcuts': KEYS[one],
      }, t(`pick.${one}`), keyHint(KEYS[one])))))
    if (focused) (focused.isConnected ? focused : card.querySelector('.steps .primary')).focus()
  }

  /** Shows what has become of an order, unless something newer is shown. */
  function renew(order) {
    const index = items.findIndex((one) => one.id === order.id)
    if (items[index]?.version > order.version) return
    if (isWaiting(order)) {
      if (index >= 0) items[index] = order
      if (current?.id === order.id) current = order
    } else {
      if (index >= 0) items.splice(index, 1)
      packed.delete(order.id)
      if (current?.id === order.id) current = items[Math.min(Math.max(index, 0), items.length - 1)]
      if (items.length < QUEUE / 5) load()
    }
    draw()
  }
  async function act(tried, what) {
    if (isActing) return
    isActing = true
    show(problem)
    try {
      renew(await what(current))
    } catch (error) {
      if (error.now) renew(error.now)
      else show(problem, refusal(error, tried))
    } finally {
      isActing = false
    }
  }
  const steps = {
    start: () => act(triedMove(current, 'in_progress'), (order) => move(order, 'in_progress')),
    pack: () => {
      current.items.forEach((line, index) => put(index, line.quantity))
      draw()
    },
    ship: () => act(t('order.ship', { name: name(current) }), async (order) => {
      const sent = await ship(order, { carrier: carrier.value.trim(), tracking_number: tracking.value.trim() })
      return move(sent, 'completed')
    }),
  }
  const stepKey = (wanted) => () => current && step(current) === wanted && steps[wanted]()

  /** An order's number or reference, or a product of the order that is being packed. */
  async function scanned(text) {
    show(problem)
    const index = current?.items.findIndex((line, at) => line.product_id?.toLowerCase() === text.toLowerCase() && inBox(current, at) < line.quantity)
    if (index >= 0 && current.status === 'in_progress') {
      put(index, inBox(current, index) + 1)
      return draw()
    }
    const number = text.replace(/^#/, '')
    const known = items.find((order) => String(order.number) === number || order.reference === text)
    if (known) return choose(known)
    try {
      const order = await get(/^\d+$/.test(number) ? `/orders/${number}` : url`/orders/ref:${text}`)
      if (!isWaiting(order)) return toast(t('pick.isAlready', { name: name(order), status: t(`status.${order.status}`) }))
      add(order)
      return choose(items.find((one) => one.id === order.id))
    } catch (error) {
      return show(problem, refusal(error, t('pick.tried', { text })))
    }
  }
  function stepBy(by) {
    const index = items.findIndex((order) => order.id === current?.id)
    choose(items[Math.max(0, Math.min(items.length - 1, index + by))])
    queue.querySelector('[aria-current=true]')?.scrollIntoView({ block: 'nearest' })
  }

  const loadSoon = soon(signal, load)
  onEvents(signal, (events) => {
    if (!events) return load()
    for (const { order_now: order } of events) {
      if (!order) continue
      const known = items.find((one) => one.id === order.id)
      // New ones stand at the end: they are read when there is room for them.
      if (!known) order.status === 'new' && items.length < QUEUE && loadSoon()
      else if (order.version > known.version) renew(order)
    }
  })
  return {
    ...screen('pick', scanForm, problem, h('div.pick-panes', {}, h('div', {}, total, queue), card)),
    keys: {
      ...Object.fromEntries(Object.entries(KEYS).map(([one, key]) => [key, stepKey(one)])), j: () => stepBy(1), k: () => stepBy(-1),
      Enter: () => current && go(`/console/orders/${current.number}`), '/': () => scan.focus(),
      digit: (event) => {
        scan.focus()
        scan.value += event.key
      },
    },
    update: load,
  }
}
