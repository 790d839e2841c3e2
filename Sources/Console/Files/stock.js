// Products with their stock, what is sold out first; adjusting with a reason, stock takes, and every
// movement with its cause.

import { h, say, show } from './h.js'
import { get, path, url, write } from './api.js'
import { onEvents, soon } from './live.js'
import { List, panel, searchBox, toggles } from './list.js'
import { count, go, headRow, loading, money, screen, signed, t, time } from './ui.js'

const AT_ONCE = 50 // products that are read again at once
const level = ({ stock, reorder_level }) => (stock === 0 ? 'out' : stock <= reorder_level ? 'low' : 'good')
const describe = (product) => [
  [t('column.name'), product.name], [t('screen.stock'), count(product.stock)], [t('column.price'), money(product.price)], [t('stock.level'), count(product.reorder_level)],
]
const FILTERS = {
  all: (first) => [`${first}&in_stock=false`, `${first}&in_stock=true`], // sold out first
  out: (first) => [`${first}&in_stock=false`], low: (first) => [`${first}&low_stock=true`], retired: (first) => [`${first}&retired=true`],
}
const levelBadge = (product) => level(product) !== 'good' && h(`span.badge.${level(product)}`, {}, t(`stock.show.${level(product)}`))
const columns = () => [
  { at: 'a', label: t('filter.product'), width: 'minmax(7rem, 1fr)', text: (product) => product.id },
  { at: 'd', label: t('column.name'), width: 'minmax(8rem, 2fr)', text: (product) => product.name },
  { at: 'c', label: t('screen.stock'), width: '6rem', number: true, fill: (cell, product) => {
    say(cell, count(product.stock)).dataset.level = level(product)
  } },
  { at: 'b', label: t('column.status'), width: '6.5rem', fill: (cell, product) => show(cell, levelBadge(product)) },
  { label: t('stock.level'), width: '7rem', number: true, text: (product) => count(product.reorder_level) },
  { label: t('column.price'), width: '7rem', number: true, text: (product) => money(product.price) },
]

export function stock(app, signal) {
  let params = new URLSearchParams()
  let before
  const filter = () => (Object.hasOwn(FILTERS, params.get('show')) ? params.get('show') : 'all')
  const at = (name, value) => path('/console/stock', { ...Object.fromEntries(params), [name]: value })
  const list = new List(signal, {
    name: 'stock', columns: columns(), href: (product) => at('open', product.id), pages: (first) => FILTERS[filter()](first),
  })
  const search = searchBox('stock', (text) => go(at('q', text), { replace: true }))
  const chips = toggles(t('filter'), Object.keys(FILTERS).map((name) => [name, t(`stock.show.${name}`)]),
    (name) => name === filter(), (name) => go(at('show', name === 'all' ? '' : name)))
  const movements = h('div', {})
  const side = panel(list, { label: t('filter.product'), few: 4, address: (id) => url`/products/${id}`, draw, describe })

  function draw(product, isOther) {
    if (isOther) show(movements, loading())
    show(side.element, h('div.card-head', {}, h('h2', {}, product.name), h('a.button', { href: at('open') }, t('close'))),
      h('p.facts', {}, [product.id, money(product.price), product.description].filter(Boolean).map((fact) => h('span', {}, fact))),
      h('p.figure', {}, h('strong', {}, count(product.stock)), ' ', t('stock.units'), levelBadge(product)),
      h('p.hint', {}, product.reorder_level === undefined ? t('stock.noLevel') : t('stock.levelAt', { n: product.reorder_level })),
      h('div.buttons', {}, h('button.primary', { onclick: adjust }, t('stock.adjust')), h('button', { onclick: take }, t('stock.take')),
        app.may.product() && h('button', { onclick: editLevel }, t('stock.level')), h('a.button', { href: url`/console/orders?product_id=${product.id}&status=new%2Cin_progress` }, t('stock.open')),
        h('a.button', { href: url`/console/orders?product_id=${product.id}` }, t('screen.orders'))),
      h('h3', {}, t('stock.movements')), movements)
    const cause = (one) => (one.order_number ? h('a', { href: `/console/orders/${one.order_number}` }, `${t(`cause.${one.cause}`)} #${one.order_number}`) : t(`cause.${one.cause}`))
    side.table(movements, {
      title: t('stock.movements'), from: url`/products/${product.id}/stock?limit=50`, none: t('stock.noMovements'),
      head: headRow(['stock.delta', 'stock.cause', 'stock.who', 'stock.when'], ['stock.delta']),
      row: (one) => [h(one.delta < 0 ? 'td.number.minus' : 'td.number.plus', {}, signed(one.delta)),
        h('td', {}, cause(one), one.reason && h('div.hint', {}, one.reason)), h('td', {}, one.who ?? '–'), h('td', {}, time(one.created_at))],
    })
  }
  const send = (method, suffix = '') => (address, values, version) => write(method, address + suffix, values, version)
  const reason = { name: 'reason', label: t('reason'), required: true, maxLength: 200, list: t('stock.reasons').split('|') }
  const adjust = () => side.edit({
    title: t('stock.adjust.of', { name: side.shown.name }), action: t('stock.adjust'), send: send('POST', '/stock'),
    fields: [{ name: 'delta', label: t('stock.delta'), type: 'number', required: true, hint: t('stock.delta.hint') }, reason],
  })
  const take = () => side.edit({
    title: t('stock.take.of', { name: side.shown.name }), intro: t('stock.take.hint'), send: send('PUT', '/stock'),
    fields: [{ name: 'count', label: t('stock.counted'), type: 'number', min: 0, required: true }, { ...reason, value: t('stock.take') }],
  })
  const editLevel = () => side.edit({
    title: t('stock.level'), send: send('PATCH'),
    fields: [{ name: 'reorder_level', label: t('stock.level'), type: 'number', min: 0, value: side.shown.reorder_level, hint: t('stock.level.hint') }],
  })

  const changed = new Set()
  const renewSoon = soon(signal, async () => {
    const ids = [...changed].slice(0, AT_ONCE)
    for (const id of ids) changed.delete(id)
    const some = (await Promise.allSettled(ids.map((id) => get(url`/products/${id}`)))).filter((one) => one.value).map((one) => one.value)
    list.replace(some)
    const mine = some.find((product) => product.id === side.shown?.id)
    if (mine?.version > side.shown?.version && !document.querySelector('dialog[open]')) side.draw(mine)
    if (changed.size) renewSoon()
  })
  onEvents(signal, (events) => {
    if (!events) load()
    const known = new Set(list.items.map((product) => product.id))
    for (const { stock: moved, product, type, order_now } of events ?? []) {
      const lines = type === 'order.moved' || type === 'order.shipped' ? [] : order_now?.items ?? []
      for (const id of [moved?.product_id, product?.id, ...lines.map((line) => line.product_id)]) if (known.has(id) || (id && id === side.id)) changed.add(id)
    }
    if (!events && side.id) changed.add(side.id)
    if (changed.size) renewSoon()
  })
  const load = () => list.load('/products', { q: params.get('q') })
  return {
    ...screen('stock', search,
      h('div.tools', {}, chips, h('span.grow', {}), h('a.button', { href: '/exports/stock?format=csv', download: 'stock.csv' }, t('export'))),
      h('div.with-panel', {}, list.element, side.element)),
    keys: { ...list.keys, Escape: () => go(at('open')) },
    update(now) {
      params = new URLSearchParams(now)
      search.set(params.get('q'))
      chips.renew()
      const wanted = `${filter()} ${params.get('q')}`
      if (wanted !== before) load()
      before = wanted
      list.rows.draw()
      side.open(params.get('open'))
    },
  }
}
