// All orders: chips and a search that end up in the address, rows of which many can be chosen, and a
// line that says how many have come since.

import { h, say, show } from './h.js'
import { everything, get, path, save, url, write } from './api.js'
import { onEvents, soon } from './live.js'
import { List, searchBox, toggles } from './list.js'
import { ask, badge, count, dialog, empty, go, money, prefer, preference, refusal, results, screen, t, timeText, toast, utc } from './ui.js'

const STATUSES = ['new', 'in_progress', 'completed', 'failed', 'cancelled']
const CHANNELS = ['api', 'storefront', 'fulfilment', 'shop', 'store']
const MANY = 1000 // new orders that are counted one by one
const BATCH = 100 // orders that are moved, or customers that are named, by one call
const ADDRESS = 6900 // bytes of ids in one address, of which the service reads 8,192 bytes

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
  customer: { width: 'minmax(8rem, 1.3fr)', at: 'd' },
  reference: { width: 'minmax(6rem, 1fr)', text: (order) => order.reference ?? '–' },
  items: { width: 'minmax(8rem, 2fr)', text: (order) => order.items.map((line) => `${count(line.quantity)} × ${line.name ?? line.product_id ?? ''}`).join(', ') || '–' },
  quantity: { width: '4.5rem', number: true, text: (order) => count(order.total_quantity) },
  amount: { width: '5.75rem', at: 'c', number: true, text: (order) => money(order.total_amount) },
  channel: { width: '5.75rem', text: (order) => order.channel },
  carrier: { width: 'minmax(6rem, 1fr)', text: (order) => order.shipping.carrier ?? '–' },
  tracking: { width: 'minmax(7rem, 1fr)', text: (order) => order.shipping.tracking_number ?? '–' },
  tags: { width: 'minmax(6rem, 1fr)', text: (order) => order.tags?.join(', ') || '–' },
  updated: { width: '7.75rem', fill: moment('updated_at') },
}
const USUAL = ['number', 'status', 'placed', 'customer', 'items', 'amount', ...(innerWidth > 1000 ? ['channel'] : [])].join(',')

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

const cancelOne = ({ id, version }) => write('DELETE', url`/orders/${id}`, undefined, version).then((order) => ({ order }), (error) => ({ error }))

/** Moves orders; answers for each what it is now, or why it was refused. */
async function moveMany(orders, status, role) {
  const results = []
  for (let start = 0; start < orders.length; start += BATCH) {
    const some = orders.slice(start, start + BATCH)
    if (role === 'retailer') {
      // They may cancel alone, which is a call for each order.
      for (const order of some) results.push(await cancelOne(order))
    } else {
      const answer = await write('POST', '/orders/status', { status, orders: some.map(({ id, version }) => ({ id, version })) })
      results.push(...answer.results)
    }
  }
  return orders.map(({ number }, index) => ({ number, ...results[index] }))
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

/** The button for views: what stands in the address under a name, one's own ones and those of everybody. */
function viewsMenu(app) {
  const store = () => ask({
    title: t('views.save'), action: t('save'), fields: [
      { name: 'name', label: t('column.name'), required: true, maxLength: 100 }, { name: 'shared', label: t('views.shared'), type: 'check' }],
    submit: async ({ name, shared }) => {
      await write('POST', '/views', { name, screen: 'orders', query: location.search.slice(1), shared })
      toast(t('views.saved', { name }))
    },
  })
  async function open() {
    let problem
    let views = await everything('/views?screen=orders&limit=200').catch((error) => {
      problem = refusal(error, t('views'))
      return []
    })
    dialog(t('views'), (close) => {
      const body = h('div', {})
      const then = (next) => () => {
        close()
        next()
      }
      const remove = (view) => async () => {
        try {
          await write('DELETE', url`/views/${view.id}`, undefined, view.version)
          views = views.filter((one) => one !== view)
          draw()
        } catch (error) {
          body.prepend(refusal(error, t('views.delete', { name: view.name })))
        }
      }
      const draw = () => show(body, problem ?? (!views.length && empty(t('views.none'), t('views.none.hint'))),
        h('ul.views', {}, views.map((view) => h('li', {},
          h('button.view', { onclick: then(() => go(`/console/orders${view.query && '?'}${view.query}`)) }, h('strong', {}, view.name),
            h('span.hint', {}, view.shared ? t('views.shared.by', { who: view.who }) : t('views.own'))),
          (view.mine || app.session.role === 'admin') && h('button.quiet', { 'aria-label': t('views.delete', { name: view.name }), onclick: remove(view) }, '✕')))),
        h('div.actions', {}, h('button.primary', { onclick: then(store) }, t('views.save'))))
      draw()
      return body
    })
  }
  return h('button', { onclick: open }, t('views'))
}

export function orders(app, signal) {
  let params = new URLSearchParams()
  let query
  let fresh = new Set()
  let columns = USUAL

  // The names of the customers of the rows, by id, for as long as there is the list.
  const names = new Map()
  const fillCustomer = (cell, { customer_id: id }) => {
    say(cell, names.get(id) ?? id ?? '–').title = id ?? ''
  }
  async function learnNames(orders) {
    if (!app.may.customers() || !columns.includes('customer')) return
    // Who has a comma in their id cannot be asked for among others, and is shown by it.
    const ids = [...new Set(orders.map((order) => order.customer_id))].filter((id) => id && !names.has(id) && !id.includes(','))
    for (const id of ids) names.set(id, id)
    while (ids.length) {
      let bytes = 0
      const end = ids.findIndex((id, at) => at === BATCH || (bytes += encodeURIComponent(`${id},`).length) > ADDRESS)
      const some = ids.splice(0, end < 0 ? BATCH : end)
      const page = await get(url`/customers?limit=${BATCH}&ids=${some}`).catch(() => ({ items: [] }))
      for (const { id, name } of page.items) names.set(id, name ?? id)
      list.rows.later()
    }
  }
  const named = (some) => some.split(',').filter((name) => Object.hasOwn(COLUMNS, name))
    .map((name) => ({ label: t(`column.${name}`), ...COLUMNS[name], ...(name === 'customer' && { fill: fillCustomer }) }))
  const list = new List(signal, {
    name: 'orders', columns: named(USUAL), selectable: true,
    href: (order) => `/console/orders/${order.number}`, changed: () => drawSelection(), came,
    wayOut: () => params.size > 0 && h('a.button', { href: '/console/orders' }, t('filter.clear')),
  })
  function came(some) {
    // What is in the list is no news.
    for (const { id } of some) fresh.delete(id)
    drawNews()
    learnNames(some)
  }
  /** Changes the address, and with it everything else. */
  const set = (values, options) => go(path('/console/orders', { ...Object.fromEntries(params), ...values }), options)

  const search = searchBox('orders', (text, isEntered) => {
    if (isEntered && /^#?\d+$/.test(text)) go(`/console/orders/${text.replace('#', '')}`)
    else set({ q: text }, { replace: params.has('q') })
  })
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
    say(news, t('orders.new', { n: fresh.size < MANY ? fresh.size : `${count(MANY)}+` }))
  }
  // With a search only the service knows what belongs to the list.
  const askForNews = soon(signal, async () => {
    const asked = query
    const page = await get(path('/orders', { ...asked, limit: 20 })).catch(() => ({ items: [] }))
    if (asked !== query) return
    for (const order of page.items) if (!list.items.some((one) => one.id === order.id)) fresh.add(order.id)
    drawNews()
  })
  const countSoon = soon(signal, () => document.hidden || drawCounts(), 2000)
  onEvents(signal, (events) => {
    if (!events) return load()
    const changed = new Map()
    const renamed = events.map((event) => event.customer?.id).filter((id) => names.delete(id))
    if (renamed.length) learnNames(renamed.map((id) => ({ customer_id: id })))
    for (const { type, order_now: order } of events) {
      if (!order) continue
      if (type !== 'order.placed') changed.set(order.id, order)
      else if (query.q) askForNews()
      else if (fresh.size < MANY && matches(order, query) && !list.items.some((one) => one.id === order.id)) fresh.add(order.id)
    }
    drawNews()
    list.replace([...changed.values()])
    countSoon()
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
    list.replace(answer.value.map((one) => one.order).filter(Boolean))
    await results(title, answer.value.map(({ number, error }) => ({ name: `#${number}`, ok: !error, text: error?.message ?? t(`status.${status}`) })))
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
    return toast(t('export.shown', { n: list.items.length }))
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
    ...screen('orders', search,
      h('div.tools', {}, chips, h('span.grow', {}), viewsMenu(app), h('button', { onclick: askFilters }, t('filter')),
        h('button', { onclick: askColumns }, t('columns')), h('button', { onclick: exportAll }, t('export'))),
      active, narrow, h('div', { role: 'status' }, news), list.element, selection),
    keep: true, keys: { ...list.keys, Escape: () => list.chosen.size && list.chooseAll(false) },
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
        learnNames(list.items)
      }
      if (before !== JSON.stringify(query)) load()
    },
    shown: () => list.step(0),
  }
}
