// What is done to an order, from the order itself and from the warehouse's queue.

import { h } from './h.js'
import { url, write } from './api.js'
import { ask, change, count, headRow, money, prefer, t, toast } from './ui.js'

export const name = (order) => `#${order.number}`
export const lineName = (line) => line.name ?? line.product_id ?? '–'
export const addressBlock = (to) => h('address', {}, addressLines(to).map((line) => h('div', {}, line)))
export const addressLines = (to) => (to ? [to.name, to.company, ...to.lines, [to.postal_code, to.city].filter(Boolean).join(' '),
  [to.region, to.country].filter(Boolean).join(', '), to.phone].filter(Boolean) : [])
/** The fields of a form for an address, and what the API is sent of their values. */
export const addressFields = (to) => [
  { name: 'name', required: true }, { name: 'company' }, { name: 'lines', type: 'area', required: true, hint: t('address.lines.hint') },
  { name: 'postal_code' }, { name: 'city', required: true }, { name: 'region' }, { name: 'country', required: true, maxLength: 2 }, { name: 'phone' },
].map((field) => ({ ...field, label: t(`address.${field.name}`), value: field.name === 'lines' ? to?.lines.join('\n') : to?.[field.name] }))
export const toAddress = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '').map(([key, value]) =>
  [key, key === 'lines' ? value.split('\n').map((line) => line.trim()).filter(Boolean) : key === 'country' ? value.toUpperCase() : value]))

/** What people see of an order, for the comparison after somebody else has changed it. */
export const describe = (order) => [
  [t('column.status'), t(`status.${order.status}`)], ...order.items.map((line) => [lineName(line), `${count(line.quantity)} × ${money(line.price)}`]),
  [t('column.amount'), money(order.total_amount)], [t('column.carrier'), order.shipping.carrier ?? '–'],
  [t('column.tracking'), order.shipping.tracking_number ?? '–'], [t('order.shipTo'), addressLines(order.ship_to).join(', ') || '–'],
  [t('order.note'), order.note ?? '–'], [t('column.tags'), order.tags?.join(', ') || '–'],
]

/** A change of an order that takes care of what others did in the meantime. */
export const changeOrder = (order, tried, method, suffix, body) => change({
  tried, seen: order, describe, address: url`/orders/${order.id}`,
  send: (version) => write(method, url`/orders/${order.id}` + suffix, body, version),
})

export const triedMove = (order, status) => t('tried.move', { name: name(order), status: t(`status.${status}`) })
export async function move(order, status) {
  const now = await changeOrder(order, triedMove(order, status), 'PATCH', '/status', { status })
  toast(t('order.moved', { name: name(order), status: t(`status.${status}`) }))
  return now
}

export const cancel = (order, role) => ask({
  title: t('order.cancel', { name: name(order) }), intro: t('order.cancel.sure'), action: t('move.cancelled'), danger: true,
  submit: () => (role === 'retailer' ? changeOrder(order, t('order.cancel', { name: name(order) }), 'DELETE', '') : move(order, 'cancelled')),
})

/**
 * Sends goods out: `items`, or else all that is left. When all has gone out already, it corrects what
 * is known of the last parcel.
 */
export async function ship(order, { carrier, tracking_number, items }) {
  const tried = t('order.ship', { name: name(order) })
  prefer('carrier', carrier)
  const parcel = { ...(carrier && { carrier }), ...(tracking_number && { tracking_number }), ...(items && { items }) }
  if ((order.shipped_quantity ?? 0) < order.total_quantity) return changeOrder(order, tried, 'POST', '/shipments', parcel)
  const isKnown = carrier === (order.shipping.carrier ?? '') && tracking_number === (order.shipping.tracking_number ?? '')
  return isKnown ? order : changeOrder(order, tried, 'PATCH', '/shipping', { carrier: carrier || null, tracking_number: tracking_number || null })
}

/** Prints a packing slip. It is in the document only while it is printed. */
export function printSlip(order) {
  document.querySelector('.slip')?.remove()
  const slip = h('section.slip', { 'aria-hidden': 'true' },
    h('div.slip-head', {}, h('h1', {}, t('slip')), h('div', {}, h('strong', {}, name(order)), h('div', {}, order.reference ?? ''),
      h('div', {}, new Date(order.created_at).toLocaleDateString()))),
    h('div.slip-address', {}, (order.ship_to ? addressLines(order.ship_to) : [order.customer_id ?? '']).map((line) => h('div', {}, line))),
    h('table', {}, headRow(['slip.done', 'column.quantity', 'filter.product', 'column.name']), h('tbody', {}, order.items.map((line) =>
      h('tr', {}, ['☐', count(line.quantity), line.product_id ?? '', line.name ?? ''].map((text) => h('td', {}, text)))))),
    order.note && h('p.slip-note', {}, order.note), h('p', {}, t('slip.total', { n: order.total_quantity })))
  document.body.append(slip)
  addEventListener('afterprint', () => slip.remove(), { once: true })
  print()
}
