// The log-in: a token is pasted, and the browser gets a session for it.

import { h, show } from './h.js'
import { write } from './api.js'
import { refusal } from './ui.js'
import { t } from './texts.js'

export const brand = (...more) => h('div.brand', {}, h('span.mark', { 'aria-hidden': 'true' }, 'W'), h('span', {}, 'Waybill'), more)

export function login(signedIn, why) {
  const problem = h('div', {})
  const input = h('input', { type: 'password', id: 'token', required: true, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'token-hint', maxlength: 200 })
  const button = h('button.primary', { type: 'submit' }, t('login'))
  return h('main.login', {}, h('form', { onsubmit: async (event) => {
    event.preventDefault()
    const token = input.value.trim()
    input.value = ''
    button.disabled = true
    show(problem)
    try {
      await signedIn(await write('POST', '/console/session', { token }))
    } catch (error) {
      input.focus()
      show(problem, refusal(error, t('login.failed')))
    } finally {
      button.disabled = false
    }
  } }, brand(), h('h1', {}, t('login')), why && h('p.notice', { role: 'status' }, why),
  h('div.field', {}, h('label', { for: 'token' }, t('login.token')), input, h('p.hint', { id: 'token-hint' }, t('login.hint'))), problem, button))
}
