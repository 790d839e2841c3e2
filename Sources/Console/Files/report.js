// What was sold, as of the last refresh: a table that can be sorted, and the same as a picture.

import { h, show } from './h.js'
import { get, path, save, url, wholeTable } from './api.js'
import { bars, columns } from './charts.js'
import { toggles } from './list.js'
import { age, count, empty, go, loading, money, refusal, screen, scroll, t, time } from './ui.js'

const BARS = 10
const DAYS = 31
const NUMBERS = ['orders', 'total_quantity', 'total_amount', 'returned_quantity', 'returned_amount']
const KINDS = {
  customers: { key: 'customer_id', name: 'customer_name', sort: '-total_amount', link: (id) => url`/console/customers/${id}` },
  products: { key: 'product_id', name: 'product_name', sort: '-total_amount', link: (id) => url`/console/stock?open=${id}`, hasPeriod: true },
  days: { key: 'day', sort: '-day', hasPeriod: true },
}

export function report() {
  let params = new URLSearchParams()
  let control
  let rows = []
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
  function chart(title) {
    const item = (row, short) => ({ label: row[kind().name] ?? row[kind().key] ?? '–', short, value: row[measure()], text: format(measure(), row) })
    if (kindName() !== 'days') return bars(rows.toSorted((one, other) => other[measure()] - one[measure()]).slice(0, BARS).map((row) => item(row)), { title })
    return columns(rows.toSorted((one, other) => (one.day < other.day ? -1 : 1)).slice(-DAYS).map((row) => item(row, row.day.slice(5))), { title })
  }
  function draw() {
    if (!rows.length) return show(body, empty(t('report.nothing'), t('report.nothing.hint')))
    const { key, name, link } = kind()
    const numbers = NUMBERS.filter((one) => rows.some((row) => row[one] !== undefined))
    const title = `${t(`report.${kindName()}`)}: ${t(`column.${measure()}`)}${currency && measure() === 'total_amount' ? ` (${currency})` : ''}`
    return show(body, h('div.report', {},
      h('section.card.chart', {}, h('div.card-head', {}, h('h2', {}, title), measures), chart(title)),
      h('section.card', {}, scroll(t('screen.report'), h('table', {}, h('thead', {}, h('tr', {}, [key, name, ...numbers].filter(Boolean).map(header))),
        h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, link && row[key] ? h('a', { href: link(row[key]) }, row[key]) : row[key] ?? '–'),
          name && h('td', {}, row[name] ?? '–'), numbers.map((one) => h('td.number', {}, format(one, row)))))))),
      next && h('button', { onclick: () => more().then(draw) }, t('list.more')))))
  }
  async function more() {
    const page = await get(next, { signal: control.signal })
    rows = [...rows, ...page.items]
    next = page.next
    ;({ refreshed_at: refreshedAt, currency } = page)
    drawAge()
  }
  const address = (limit) => path(`/reports/${kindName()}`, {
    sort: sort(), limit, ...(kind().hasPeriod && { from: params.get('from'), to: params.get('to') }),
  })
  async function load() {
    control?.abort()
    control = new AbortController()
    const { signal } = control
    rows = []
    next = address(100)
    try {
      await more()
      draw()
    } catch (error) {
      if (!signal.aborted) show(body, refusal(error, t('screen.report'), load))
    }
  }
  // It may have been refreshed; while nobody looks, nobody asks.
  const timer = setInterval(() => {
    drawAge()
    if (!document.hidden && refreshedAt && Date.now() - new Date(refreshedAt) > 125_000 && rows.length <= 100) load()
  }, 20_000)
  async function csv(event) {
    event.target.disabled = true
    try {
      save(`${kindName()}.csv`, 'text/csv', await wholeTable(address(200)))
    } catch (error) {
      body.prepend(refusal(error, 'CSV'))
    } finally {
      event.target.disabled = false
    }
  }
  return {
    ...screen('report', ageLine, h('div.tools', {}, tabs, h('span.grow', {}), period, h('button', { onclick: csv }, 'CSV')), body),
    update(now) {
      const before = control && address(100)
      params = new URLSearchParams(now)
      tabs.renew()
      measures.renew()
      period.hidden = !kind().hasPeriod
      for (const input of period.querySelectorAll('input')) input.value = params.get(input.name) ?? ''
      if (address(100) !== before) load()
      else if (rows.length) draw()
    },
    close() {
      clearInterval(timer)
      control?.abort()
    },
  }
}
