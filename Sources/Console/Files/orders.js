// All orders: chips and a search that end up in the address, rows of which many can be chosen, and a
// line that says how many have come since.

import { h, say, show } from './h.js'
import { get, isMissing, path, save, url, write } from './api.js'
import { onEvents } from './live.js'
import { List, searchBox, toggles } from './list.js'
import { ask, badge, count, empty, go, money, prefer, preference, results, timeText, toast, utc } from './ui.js'
import { t } from './texts.js'
import { viewsMenu } from './views.js'

const STATUSES = ['new', 'in_progress', 'completed', 'failed', 'cancelled']
const CHANNELS = ['api', 'storefront', 'fulfilment', 'shop', 'store']
const MANY = 1000 // new orders that are counted one by one
const BATCH = 100 // orders that are moved by one call

// The names of customers that were seen in a row, by id; asked for when the rows stand still.
const names = new Map()
const NAMES = 60 // customers that are asked for at once
let wanted = []
let asked
let whoMay
let renewNames
function customerName(id) {
  if (!id || names.has(id) || !whoMay?.customers()) return names.get(id) ?? id ?? '–'
  names.set(id, id)
  wanted.push(id)
  clearTimeout(asked)
  asked = setTimeout(async () => {
    const ids = wanted.splice(0)
    for (const one of ids.slice(0, -NAMES)) names.delete(one)
    await Promise.all(ids.slice(-NAMES).map(async (one) => names.set(one, (await get(url`/customers/${one}`).catch(() => ({}))).name ?? one)))
    renewNames()
  }, 150)
  return id
}

const moment = (name) => (cell, order) => {
  say(cell, timeText(order[name])).title = utc(order[name])
}
const COLUMNS = {
  number: { width: '4.5rem', at: 'a', text: (order) => `#${order.number}` },
  status: { width: '6.75rem', at: 'b', fill: (cell, order) => {
    if (cell.dataset.status !== order.status) show(cell, badge(order.status))
    cell.dataset.status = order.status
  } },
  placed: { width: '7.75rem', at: 'e', fill: moment('created_at') },
  customer: { width: 'minmax(8rem, 1.3fr)', at: 'd', fill: (cell, order) => {
    say(cell, customerName(order.customer_id)).title = order.customer_id ?? ''
  } },
  reference: { width: 'minmax(6rem, 1fr)', text: (order) => order.reference ?? '–' },
  items: { width: 'minmax(8rem, 2fr)', text: (order) => order.items.map((line) => `${line.quantity} × ${line.name ?? line.product_id ?? ''}`).join(', ') || '–' },
  quantity: { width: '4.5rem', number: true, text: (order) => count(order.total_quantity) },
  amount: { width: '5.75rem', at: 'c', number: true, text: (order) => money(order.total_amount) },
  channel: { width: '5.75rem', text: (order) => order.channel },
  carrier: { width: 'minmax(6rem, 1fr)', text: (order) => order.shipping.carrier ?? '–' },
  tracking: { width: 'minmax(7rem, 1fr)', text: (order) => order.shipping.tracking_number ?? '–' },
  tags: { width: 'minmax(6rem, 1fr)', text: (order) => order.tags?.join(', ') || '–' },
  updated: { width: '7.75rem', fill: moment('updated_at') },
}
const USUAL = ['number', 'status', 'placed', 'customer', 'items', 'amount', ...(innerWidth > 1000 ? ['channel'] : [])].join(',')
const named = (names) => names.split(',').filter((name) => COLUMNS[name]).map((name) => ({ label: t(`column.${name}`), ...COLUMNS[name] }))

/** A day of the browser's zone as the moment in which it begins, or `days` later. */
function midnight(day, days = 0) {
  const begin = new Date(`${day}T00:00`)
  begin.setDate(begin.getDate() + days)
  return Number.isNaN(begin.getTime()) ? undefined : begin
}

/** What the API is asked for, by what stands in the address. */
function orderQuery(params) {
  const names = ['q', 'status', 'channel', 'customer_id', 'product_id', 'tag', 'tracking_number', 'sort']
  const query = Object.fromEntries(names.filter((name) => params.get(name)).map((name) => [name, params.get(name)]))
  const [from, to] = [midnight(params.get('from')), midnight(params.get('to'), 1)]
  if (from) query.created_after = new Date(from - 1).toISOString()
  if (to) query.created_before = to.toISOString()
  return query
}

/** Whether an order would be in the list; what only the service can tell (`q`) is left out. */
function matches(order, query) {
  const is = (name, value) => query[name] === undefined || query[name] === value
  return (!query.status || query.status.split(',').includes(order.status)) && is('channel', order.channel) && is('customer_id', order.customer_id) &&
    is('tracking_number', order.shipping.tracking_number) && (!query.tag || order.tags?.includes(query.tag)) &&
    (!query.product_id || order.items.some((line) => line.product_id === query.product_id)) &&
    (!query.created_after || order.created_at > query.created_after) && (!query.created_before || order.created_at < query.created_before)
}

/** Moves orders, each with a result of its own. */
async function moveMany(orders, status, role) {
  const row = (order, error) => ({ name: `#${order.number}`, ok: !error, text: error?.message ?? t(`status.${status}`) })
  const rows = []
  const alone = (order) => (role === 'retailer' ? write('DELETE', url`/orders/${order.id}`, undefined, order.version)
    : write('PATCH', url`/orders/${order.id}/status`, { status }, order.version))
  for (let start = 0; start < orders.length; start += BATCH) {
    const some = orders.slice(start, start + BATCH)
    const body = { status, orders: some.map(({ id, version }) => ({ id, version })) }
    // Retailers may cancel, which is a call of its own; so is each move with a service without batches.
    const answer = role === 'retailer' ? undefined : await write('POST', '/orders/status', body).catch((error) => {
      if (!isMissing(error)) throw error
    })
    for (const [index, order] of some.entries()) {
      rows.push(row(order, answer ? answer.results[index].error : await alone(order).then(() => undefined, (error) => error)))
    }
  }
  return rows
}

function cell(value) {
  // A spreadsheet would run it as a formula.
  const text = String(value ?? '').replace(/^[=+\-@\t\r]/, "'$&")
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const EXPORTED = {
  number: (order) => order.number, id: (order) => order.id, status: (order) => order.status, created_at: (order) => order.created_at,
  customer_id: (order) => order.customer_id, reference: (order) => order.reference,
  items: (order) => order.items.map((line) => `${line.quantity} x ${line.product_id ?? line.name}`).join('; '),
  total_quantity: (order) => order.total_quantity, total_amount: (order) => order.total_amount.toFixed(2),
  carrier: (order) => order.shipping.carrier, tracking_number: (order) => order.shipping.tracking_number,
}
const saveTable = (orders) => save('orders.csv', 'text/csv', [Object.keys(EXPORTED), ...orders.map((order) =>
  Object.values(EXPORTED).map((value) => cell(value(order))))].map((row) => row.join(',')).join('\n'))

export function orders(app) {
  let params = new URLSearchParams()
  let query
  let fresh = new Set()
  let counting
  let asking
  let columns = USUAL

  const list = new List({
    label: t('screen.orders'), columns: named(USUAL), selectable: true, keyOf: (order) => order.id,
    href: (order) => `/console/orders/${order.number}`, changed: () => drawSelection(),
    nothing: () => empty(t('orders.nothing'), t('orders.nothing.hint'), params.size > 0 && h('a.button', { href: '/console/orders' }, t('filter.clear'))),
  })
  whoMay = app.may
  renewNames = () => list.rows.later()
  /** Changes the address, and with it everything else. */
  function set(values, options) {
    const next = new URLSearchParams(params)
    for (const [name, value] of Object.entries(values)) next.set(name, value)
    for (const [name, value] of [...next]) if (!value) next.delete(name)
    go(`/console/orders${next.size ? `?${next}` : ''}`, options)
  }

  const search = searchBox({ label: t('orders.search'), found: (text, isEntered) => {
    if (isEntered && /^#?\d+$/.test(text)) go(`/console/orders/${text.replace('#', '')}`)
    else set({ q: text }, { replace: params.has('q') })
  } })
  const statuses = () => (params.get('status') ?? '').split(',').filter(Boolean)
  const chips = toggles(t('column.status'), STATUSES.map((status) => [status, [h(`span.dot.${status}`), t(`status.${status}`), h('span.count', { 'data-count': status })]]),
    (status) => statuses().includes(status), (status) => set({
      status: (statuses().includes(status) ? statuses().filter((one) => one !== status) : [...statuses(), status]).join(','),
    }))
  const filters = [
    { name: 'channel', label: t('column.channel'), options: [['', t('filter.any')], ...CHANNELS.map((one) => [one, one])] },
    { name: 'from', label: t('filter.from'), type: 'date' }, { name: 'to', label: t('filter.to'), type: 'date' },
    { name: 'customer_id', label: t('filter.customer') }, { name: 'product_id', label: t('filter.product') },
    { name: 'tag', label: t('filter.tag') }, { name: 'tracking_number', label: t('column.tracking') },
    { name: 'sort', label: t('filter.sort'), options: [['', t('filter.newest')], ['created_at', t('filter.oldest')]] },
  ]
  const askFilters = () => ask({
    title: t('filter'), action: t('filter.apply'), fields: filters.map((field) => ({ ...field, value: params.get(field.name) ?? '' })), submit: async (values) => set(values),
  })
  const chosenColumns = () => params.get('cols') ?? preference('columns', USUAL)
  const askColumns = () => ask({
    title: t('columns'), action: t('filter.apply'),
    fields: Object.keys(COLUMNS).slice(1).map((name) => ({ name, label: t(`column.${name}`), type: 'check', value: chosenColumns().split(',').includes(name) })),
    submit: async (values) => {
      const cols = ['number', ...Object.keys(values).filter((name) => values[name])].join(',')
      prefer('columns', cols)
      set({ cols })
    },
  })
  const active = h('div.chips.active', {})
  const drawActive = () => show(active, filters.filter(({ name }) => params.get(name)).map(({ name, label, options }) => {
    const text = options?.find(([value]) => value === params.get(name))?.[1] ?? params.get(name)
    return h('button.chip.on', { onclick: () => set({ [name]: '' }), 'aria-label': t('filter.remove', { name: label }) }, `${label}: ${text} ✕`)
  })).toggleAttribute('hidden', !active.firstChild)

  // New orders are announced; the list stays where it is until somebody wants to see them.
  const news = h('button.news', { hidden: true, onclick: () => load() })
  function drawNews() {
    news.hidden = fresh.size === 0
    say(news, fresh.size === 1 ? t('orders.new.one') : t('orders.new', { n: `${count(fresh.size)}${fresh.size < MANY ? '' : '+'}` }))
  }
  // With a search only the service knows what belongs to the list.
  function askForNews() {
    clearTimeout(asking)
    asking = setTimeout(async () => {
      const page = await get(path('/orders', { ...query, limit: 20 })).catch(() => ({ items: [] }))
      for (const order of page.items) if (!list.items.some((one) => one.id === order.id)) fresh.add(order.id)
      drawNews()
    }, 400)
  }
  const off = onEvents((events) => {
    if (!events) return load()
    const changed = new Map()
    for (const { type, customer, order_now: order } of events) {
      if (customer) names.delete(customer.id)
      if (!order) continue
      if (type !== 'order.placed') changed.set(order.id, order)
      else if (query.q) askForNews()
      else if (fresh.size < MANY && matches(order, query) && !list.items.some((one) => one.id === order.id)) fresh.add(order.id)
    }
    drawNews()
    list.replace([...changed.values()])
    counting ??= setTimeout(() => {
      counting = undefined
      if (!document.hidden) drawCounts()
    }, 2000)
  })
  async function drawCounts() {
    const { items } = await get('/orders/counts').catch(() => ({ items: [] }))
    for (const status of STATUSES) {
      const some = items.filter((one) => one.status === status && (!query.channel || one.channel === query.channel))
      const sum = some.reduce((all, one) => all + one.count, 0)
      say(chips.querySelector(`[data-count="${status}"]`), some.length ? `${count(sum)}${some.some((one) => one.more) ? '+' : ''}` : '')
    }
  }

  const selection = h('div.selection', { hidden: true, role: 'region', 'aria-label': t('bulk') })
  async function many(status) {
    const chosen = [...list.chosen.values()]
    const title = t(`bulk.${status}`, { n: chosen.length })
    const answer = await ask({
      title, intro: t('bulk.sure', { n: chosen.length }), action: t(`move.${status}`), danger: status === 'cancelled',
      submit: () => moveMany(chosen, status, app.session.role),
    })
    if (!answer?.value) return
    list.chooseAll(false)
    await results(title, answer.value)
    const now = await Promise.allSettled(chosen.slice(0, BATCH).map(({ id }) => get(url`/orders/${id}`)))
    list.replace(now.filter((one) => one.value).map((one) => one.value))
  }
  function drawSelection() {
    const n = list.chosen.size
    selection.hidden = n === 0
    list.all.checked = n > 0 && n === list.items.length
    show(selection, h('strong', {}, t('bulk.chosen', { n })),
      [...(app.may.move() ? ['in_progress', 'completed'] : []), 'cancelled'].map((status) =>
        h(status === 'cancelled' ? 'button.danger' : 'button', { onclick: () => many(status) }, t(`move.${status}`))),
      h('button', { onclick: () => saveTable([...list.chosen.values()]) }, t('bulk.export')),
      h('button.quiet', { onclick: () => list.chooseAll(false) }, t('bulk.clear')))
  }
  function exportAll() {
    const { q, sort, ...rest } = query
    if (!q) return h('a', { href: path('/exports/orders', { ...rest, format: 'csv' }), download: 'orders.csv' }).click()
    saveTable(list.items)
    return toast(t('export.shown', { n: count(list.items.length) }))
  }

  const narrow = h('p.hint', { role: 'status' })
  async function load() {
    fresh = new Set()
    drawNews()
    drawCounts()
    await list.load('/orders', query)
    say(narrow, list.narrow ? t('orders.narrow') : '')
  }
  return {
    title: t('screen.orders'), keep: true, keys: { ...list.keys, Escape: () => list.chosen.size && list.chooseAll(false) },
    element: h('div.screen', {}, h('div.head-line', {}, h('h1', {}, t('screen.orders')), search),
      h('div.tools', {}, chips, h('span.grow', {}), viewsMenu(app, 'orders', () => params.toString(), (text) => go(`/console/orders${text ? `?${text}` : ''}`)),
        h('button', { onclick: askFilters }, t('filter')), h('button', { onclick: askColumns }, t('columns')), h('button', { onclick: exportAll }, t('export'))),
      active, narrow, h('div', { role: 'status' }, news), list.element, selection),
    update(now) {
      const before = JSON.stringify(query)
      params = new URLSearchParams(now)
      query = orderQuery(params)
      search.set(params.get('q'))
      chips.renew()
      drawActive()
      if (columns !== chosenColumns()) {
        columns = chosenColumns()
        list.setColumns(named(columns))
      }
      if (before !== JSON.stringify(query)) load()
    },
    shown: () => list.step(0),
    close() {
      off()
      list.close()
      clearTimeout(counting)
      clearTimeout(asking)
    },
  }
}
