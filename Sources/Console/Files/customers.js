// Customers: found while they are on the phone, with their orders beside them.

import { h, show } from './h.js'
import { path, url, write } from './api.js'
import { onEvents, soon } from './live.js'
import { List, panel, searchBox } from './list.js'
import { addressBlock, addressFields, addressLines, toAddress } from './actions.js'
import { ask, badge, count, go, loading, mailLink, money, pairs, screen, t, time, timeText, toast } from './ui.js'

const describe = (customer) => [
  [t('column.name'), customer.name ?? '–'], [t('customer.email'), customer.email ?? '–'], [t('order.shipTo'), addressLines(customer.ship_to).join(', ') || '–'],
]
const columns = () => [
  { at: 'a', label: t('column.name'), width: 'minmax(9rem, 2fr)', text: (customer) => customer.name ?? customer.id },
  { label: t('customer.id'), width: 'minmax(7rem, 1fr)', text: (customer) => customer.id },
  { at: 'd', label: t('customer.email'), width: 'minmax(9rem, 2fr)', text: (customer) => customer.email ?? '–' },
  { label: t('customer.since'), width: '8rem', text: (customer) => timeText(customer.created_at) },
]

export function customers(app, signal) {
  let q = ''
  let before
  const at = (id) => path(`/console/customers${id ? url`/${id}` : ''}`, { q })
  const list = new List(signal, { name: 'customers', columns: columns(), href: (customer) => at(customer.id) })
  const search = searchBox('customers', (text) => go(path('/console/customers', { q: text }), { replace: true }))
  const orders = h('div', {})
  const side = panel(list, { label: t('column.customer'), few: 2, address: (id) => url`/customers/${id}`, draw, describe })

  function draw(customer, isOther) {
    if (isOther) show(orders, loading())
    show(side.element, h('div.card-head', {}, h('h2', {}, customer.name ?? customer.id), h('a.button', { href: at() }, t('close'))),
      pairs(['customer.id', customer.id], ['customer.email', mailLink(customer.email)], ['order.shipTo', customer.ship_to ? addressBlock(customer.ship_to) : '–'], ['customer.since', time(customer.created_at)]),
      h('div.buttons', {}, h('button.primary', { onclick: edit }, t('edit')), h('button', { onclick: editAddress }, t('order.shipTo')),
        h('a.button', { href: url`/console/orders?customer_id=${customer.id}` }, t('customer.orders'))),
      h('h3', {}, t('customer.orders')), orders)
    side.table(orders, {
      title: t('customer.orders'), from: url`/customers/${customer.id}/orders?limit=20`, none: t('customer.noOrders'),
      row: (order) => [h('th', { scope: 'row' }, h('a', { href: `/console/orders/${order.number}` }, `#${order.number}`)), h('td', {}, badge(order.status)),
        h('td', {}, time(order.created_at)), h('td.number', {}, count(order.total_quantity)), h('td.number', {}, money(order.total_amount))],
    })
  }
  const patch = (title, fields, body) => side.edit({ title, fields, send: (address, values, version) => write('PATCH', address, body(values), version) })
  const fields = ({ name, email } = {}) => [
    { name: 'name', label: t('column.name'), value: name, maxLength: 200, required: true },
    { name: 'email', label: t('customer.email'), value: email, type: 'email', maxLength: 254 }]
  const edit = () => patch(t('customer.edit'), fields(side.shown), ({ name, email }) => ({ name, email: email || null }))
  const editAddress = () => patch(t('order.shipTo'), addressFields(side.shown.ship_to), (values) => ({ ship_to: toAddress(values) }))
  async function create() {
    const answer = await ask({
      title: t('customer.new'), action: t('save'), fields: [{ name: 'id', label: t('customer.id'), hint: t('customer.id.hint'), maxLength: 255 }, ...fields()],
      submit: (values) => write('POST', '/customers', Object.fromEntries(Object.entries(values).filter(([, value]) => value))),
    })
    if (!answer?.value) return
    toast(t('saved', { name: answer.value.name }))
    await load()
    go(at(answer.value.id))
  }

  const load = () => list.load('/customers', { q })
  const renewSoon = soon(signal, () => document.querySelector('dialog[open]') || side.open(side.id))
  onEvents(signal, (events) => {
    if (!events) load()
    if (!events || events.some((event) => [event.customer?.id, event.order?.customer_id].includes(side.id))) renewSoon()
  })
  return {
    ...screen('customers', search,
      h('div.tools', {}, h('span.grow', {}), h('button', { onclick: create }, t('customer.new')), h('a.button', { href: '/exports/customers?format=csv', download: 'customers.csv' }, t('export'))),
      h('div.with-panel', {}, list.element, side.element)),
    keys: { ...list.keys, Escape: () => go(at()) },
    update(params, id) {
      q = params.get('q') ?? ''
      search.set(q)
      if (q !== before) load()
      before = q
      list.rows.draw()
      side.open(id)
    },
  }
}
