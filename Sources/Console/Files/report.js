// What was sold, as of the last refresh: a table that can be sorted, and the same as a picture.

import { h, show, svg } from './h.js'
import { get, path, save, url, wholeTable } from './api.js'
import { toggles } from './list.js'
import { age, attempt, count, doing, empty, go, loading, money, screen, scroll, t, time } from './ui.js'

const BARS = 10
const DAYS = 31
const NUMBERS = ['orders', 'total_quantity', 'total_amount', 'returned_quantity', 'returned_amount']
const KINDS = {
  customers: { key: 'customer_id', name: 'customer_name', sort: '-total_amount', link: (id) => url`/console/customers/${id}` },
  products: { key: 'product_id', name: 'product_name', sort: '-total_amount', link: (id) => url`/console/stock?open=${id}`, hasPeriod: true },
  days: { key: 'day', sort: '-day', hasPeriod: true },
}

// Charts as plain SVG of `{ label, short, value, text }`; the numbers stand in the table beside them.
const largest = (items) => Math.max(1, ...items.map((item) => item.value))
const chart = (title, width, height, ...content) => svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title }, content)
const tip = (item) => svg('title', {}, `${item.label}: ${item.text}`)

/** Horizontal bars. */
function bars(title, items) {
  const step = 30
  const [width, left, letters] = innerWidth < 600 ? [300, 104, 12] : [420, 128, 16]
  return chart(title, width, items.length * step, items.map((item, index) => {
    const length = Math.max(2, ((width - left - 84) * item.value) / largest(items))
    const y = index * step
    const label = item.label.length > letters ? `${item.label.slice(0, letters - 1)}…` : item.label
    return svg('g', {}, tip(item), svg('text', { class: 'bar-label', x: left - 10, y: y + 19, 'text-anchor': 'end' }, label),
      svg('rect', { class: 'bar', x: left, y: y + 6, width: length, height: step - 12, rx: 4 }),
      svg('text', { class: 'bar-value', x: left + length + 8, y: y + 19 }, item.text))
  }))
}

/** Upright columns for days. */
function columns(title, items) {
  const width = innerWidth < 600 ? 300 : 420
  const height = 180
  const step = width / items.length
  const bar = Math.min(48, step * 0.7)
  const every = Math.ceil(items.length / 7)
  return chart(title, width, height + 24, svg('line', { class: 'axis', x1: 0, x2: width, y1: height + 0.5, y2: height + 0.5 }), items.map((item, index) => {
    const length = ((height - 12) * item.value) / largest(items)
    const middle = (index + 0.5) * step
    return svg('g', {}, tip(item), svg('rect', { class: 'bar', x: middle - bar / 2, y: height - length, width: bar, height: length, rx: Math.min(3, bar / 4) }),
      index % every === 0 && svg('text', { class: 'bar-label', x: middle, y: height + 18, 'text-anchor': 'middle' }, item.short))
  }))
}

export function report(app, signal) {
  let params = new URLSearchParams()
  let control = new AbortController()
  let rows = []
  let wanted
  let next
  let refreshedAt
  let currency
  const kindName = () => (Object.hasOwn(KINDS, params.get('by')) ? params.get('by') : 'customers')
  const kind = () => KINDS[kindName()]
  const sort = () => params.get('sort') ?? kind().sort
  const measure = () => (params.get('chart') === 'total_quantity' ? 'total_quantity' : 'total_amount')
  const at = (values) => path('/console/report', { ...Object.fromEntries(params), ...values })
  const tabs = toggles(t('report.by'), Object.keys(KINDS).map((name) => [name, t(`report.${name}`)]),
    (name) => name === kindName(), (name) => go(at({ by: name === 'customers' ? '' : name, sort: '' })))
  const measures = toggles(t('report.measure'), NUMBERS.slice(1, 3).map((name) => [name, t(`column.${name}`)]),
    (name) => name === measure(), (name) => go(at({ chart: name === 'total_amount' ? '' : name })))
  const period = h('div.chips', {}, ['from', 'to'].map((name) => h('label.period', {}, t(`filter.${name}`),
    h('input', { type: 'date', name, onchange: (event) => go(at({ [name]: event.target.value })) }))))
  const body = h('div', {}, loading())
  const ageLine = h('p.hint', {})
  const format = (name, row) => (name.endsWith('amount') ? money(row[name]) : count(row[name]))
  const drawAge = () => refreshedAt && show(ageLine, t('report.asOf'), ' ', time(refreshedAt), ' · ', age((Date.now() - new Date(refreshedAt)) / 1000))

  function header(name) {
    const isNumber = NUMBERS.includes(name)
    if (name.startsWith('returned')) return h('th.number', { scope: 'col' }, t(`column.${name}`))
    const isOn = sort().replace('-', '') === name
    const isDown = sort().startsWith('-')
    const wanted = (isOn ? isDown : !isNumber) ? name : `-${name}`
    return h(isNumber ? 'th.number' : 'th', { scope: 'col', 'aria-sort': isOn ? (isDown ? 'descending' : 'ascending') : undefined },
      h('a.sort', { href: at({ sort: wanted === kind().sort ? '' : wanted }) }, t(`column.${name}`), h('span', { 'aria-hidden': 'true' }, isOn ? (isDown ? ' ↓' : ' ↑') : '')))
  }
  function picture(title) {
    const item = (row) => ({ label: row[kind().name] ?? row[kind().key] ?? '–', short: row.day?.slice(5), value: row[measure()], text: format(measure(), row) })
    if (kindName() !== 'days') return bars(title, rows.toSorted((one, other) => other[measure()] - one[measure()]).slice(0, BARS).map(item))
    return columns(title, rows.toSorted((one, other) => (one.day < other.day ? -1 : 1)).slice(-DAYS).map(item))
  }
  function draw() {
    if (!rows.length) return show(body, empty(t('report.nothing'), t('report.nothing.hint')))
    const { key, name, link } = kind()
    const numbers = NUMBERS.filter((one) => rows.some((row) => row[one] !== undefined))
    const title = `${t(`report.${kindName()}`)}: ${t(`column.${measure()}`)}${currency && measure() === 'total_amount' ? ` (${currency})` : ''}`
    return show(body, h('div.report', {},
      h('section.card.chart', {}, h('div.card-head', {}, h('h2', {}, title), measures), picture(title)),
      h('section.card', {}, scroll(t('screen.report'), h('table', {}, h('thead', {}, h('tr', {}, [key, name, ...numbers].filter(Boolean).map(header))),
        h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, link && row[key] ? h('a', { href: link(row[key]) }, row[key]) : row[key] ?? '–'),
          name && h('td', {}, row[name] ?? '–'), numbers.map((one) => h('td.number', {}, format(one, row)))))))),
      next && doing(t('list.more'), more))))
  }
  async function more() {
    const before = rows
    const page = await get(next, { signal: AbortSignal.any([signal, control.signal]) })
    rows = [...before, ...page.items]
    next = page.next
    ;({ refreshed_at: refreshedAt, currency } = page)
    drawAge()
    draw()
  }
  const address = (limit) => path(`/reports/${kindName()}`, {
    sort: sort(), limit, ...(kind().hasPeriod && { from: params.get('from'), to: params.get('to') }),
  })
  function load() {
    control.abort()
    control = new AbortController()
    rows = []
    next = address(100)
    return attempt(body, t('screen.report'), more, load)
  }
  // It may have been refreshed; while nobody looks, nobody asks.
  const timer = setInterval(() => {
    drawAge()
    if (!document.hidden && refreshedAt && Date.now() - new Date(refreshedAt) > 125_000 && rows.length <= 100) load()
  }, 20_000)
  signal.addEventListener('abort', () => clearInterval(timer))
  const csv = doing('CSV', async () => save(`${kindName()}.csv`, 'text/csv', await wholeTable(address(200))))
  return {
    ...screen('report', ageLine, h('div.tools', {}, tabs, h('span.grow', {}), period, csv), body),
    update(now) {
      const before = wanted
      params = new URLSearchParams(now)
      tabs.renew()
      measures.renew()
      period.hidden = !kind().hasPeriod
      for (const input of period.querySelectorAll('input')) input.value = params.get(input.name) ?? ''
      wanted = address(100)
      if (wanted !== before) load()
      else if (rows.length) draw()
    },
  }
}
