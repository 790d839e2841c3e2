// The tokens that programs and people come with. A new one is shown once and nowhere kept.

import { h, say, show } from './h.js'
import { get, url, write } from './api.js'
import { ask, attempt, dialog, doing, empty, headRow, loading, screen, scroll, t, time, toast } from './ui.js'

export function tokens(app, signal) {
  const body = h('div', {}, loading())
  let items = []
  let next

  function load() {
    items = []
    next = '/tokens?limit=100'
    return attempt(body, t('screen.tokens'), more, load)
  }
  async function more() {
    const before = items
    const page = await get(next, { signal })
    items = [...before, ...page.items]
    next = page.next
    draw()
  }

  const title = (token) => token.name || t('tokens.number', { n: String(token.number) })
  function draw() {
    if (!items.length) return show(body, empty(t('tokens.none'), t('tokens.none.hint')))
    return show(body, h('section.card', {}, scroll(t('screen.tokens'), h('table.tokens', {},
      headRow(['tokens.no', 'column.name', 'tokens.role', 'column.status', 'tokens.used', 'tokens.ends', 'tokens.actions'], ['tokens.no']),
      h('tbody', {}, items.map((token) => h('tr', {},
        h('td.number', {}, token.number), h('th', { scope: 'row' }, token.name || '–', token.number === app.session.token && h('span.badge', {}, t('tokens.this'))),
        h('td', {}, t(`role.${token.role}`), token.customer_id && h('div.hint', {}, token.customer_id)),
        h('td', {}, h(`span.badge.${token.state}`, {}, t(`tokens.${token.state}`))),
        h('td', {}, token.last_used_at ? time(token.last_used_at) : t('tokens.never')),
        h('td', {}, token.revoked_at || token.expires_at ? time(token.revoked_at ?? token.expires_at) : t('tokens.never')),
        h('td.row-buttons', {}, token.state === 'valid' && [
          h('button', { onclick: () => rotate(token), 'aria-label': t('tokens.rotate.of', { name: title(token) }) }, t('tokens.rotate')),
          h('button.danger', { onclick: () => revoke(token), 'aria-label': t('tokens.revoke.of', { name: title(token) }) }, t('tokens.revoke'))])))))),
    next && doing(t('list.more'), more)))
  }

  function reveal(token) {
    const done = h('p.hint', { role: 'status' })
    return dialog(t('tokens.once'), (close) => h('div', {},
      h('p', {}, t('tokens.once.hint')),
      h('input.secret', { type: 'text', readonly: true, value: token.token ?? '', 'aria-label': t('tokens.token'), onfocus: (event) => event.target.select(), autofocus: true }),
      done,
      h('div.actions', {},
        h('button', { onclick: async () => {
          try {
            await navigator.clipboard.writeText(token.token)
            say(done, t('tokens.copied'))
          } catch {
            say(done, t('tokens.notCopied'))
          }
        } }, t('tokens.copy')),
        h('button.primary', { onclick: () => close() }, t('tokens.kept')))), { wide: true })
  }
  const days = { name: 'days', label: t('tokens.days'), type: 'number', min: 1, max: 3650, hint: t('tokens.days.hint') }
  async function create() {
    const answer = await ask({
      title: t('tokens.create'), action: t('tokens.create'), fields: [
        { name: 'name', label: t('column.name'), maxLength: 100, hint: t('tokens.name.hint') },
        { name: 'role', label: t('tokens.role'), options: ['retailer', 'warehouse', 'admin', 'customer'].map((role) => [role, `${t(`role.${role}`)}: ${t(`role.${role}.may`)}`]) },
        { name: 'customer_id', label: t('customer.id'), hint: t('tokens.customer.hint'), maxLength: 255 }, days],
      submit: ({ name, role, customer_id, days: n }) => write('POST', '/tokens', {
        role, ...(name && { name }), ...(customer_id && { customer_id }), ...(n && { days: n }),
      }),
    })
    if (answer?.value) await reveal(answer.value)
    load()
  }
  async function rotate(token) {
    const answer = await ask({
      title: t('tokens.rotate.of', { name: title(token) }), intro: t('tokens.rotate.hint'), action: t('tokens.rotate'), fields: [days,
        { name: 'overlap_days', label: t('tokens.overlap'), type: 'number', min: 0, max: 365, value: 7 }],
      submit: ({ days: n, overlap_days }) => write('POST', url`/tokens/${token.number}/rotate`, { ...(n && { days: n }), ...(overlap_days !== null && { overlap_days }) }),
    })
    if (answer?.value) await reveal(answer.value)
    load()
  }
  async function revoke(token) {
    const answer = await ask({
      title: t('tokens.revoke.of', { name: title(token) }), intro: t('tokens.revoke.hint'), action: t('tokens.revoke'), danger: true,
      submit: () => write('DELETE', url`/tokens/${token.number}`),
    })
    if (answer?.value) toast(t('tokens.gone', { name: title(token) }))
    if (answer) load()
  }
  load()
  return screen('tokens', h('button.primary', { onclick: create }, t('tokens.create')), body)
}
