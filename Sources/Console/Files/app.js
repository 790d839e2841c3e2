// The frame: the log-in, which screen is shown, the live line, the keys.

import { h, say, show } from './h.js'
import { get, onSignedOut, write } from './api.js'
import * as live from './live.js'
import { dialog, go, icon, language, languages, prefer, preference, refusal, t, toast } from './ui.js'

const retailer = ['admin', 'retailer']
const warehouse = ['admin', 'warehouse']
const staff = ['admin', 'retailer', 'warehouse']
// Each is a module of the same name, which is loaded when it is opened for the first time.
const screens = [
  { name: 'orders', one: 'order', roles: staff, key: 'o' }, { name: 'pick', roles: warehouse, key: 'p' },
  { name: 'stock', roles: staff, key: 's' }, { name: 'customers', roles: retailer, key: 'c' },
  { name: 'report', roles: retailer, key: 'r' }, { name: 'tokens', roles: ['admin'] }, { name: 'system', roles: ['admin'] },
]

const GO = 1500 // milliseconds between g and the key after it

let session
let current
let lastRoute
// Lists that are gone back to are shown as they were left.
const kept = new Map()

const main = h('main', { id: 'main', tabindex: -1 })
const nav = h('nav', { 'aria-label': t('nav') })
const lamp = h('span.lamp', { role: 'status' })
// What the person may do here. The service decides all the same.
const is = (roles) => () => roles.includes(session.role)
const app = {
  may: { edit: is(retailer), move: is(warehouse), ship: is(staff), product: is(retailer), customers: is(retailer) },
  get session() { return session },
}
const allowed = () => screens.filter((screen) => screen.roles.includes(session.role))

function leave() {
  if (current?.screen.keep) kept.set(current.key, current)
  else current?.control.abort()
  current = undefined
}

async function route() {
  if (!session) return
  const thisRoute = lastRoute = {}
  const [, name, id] = location.pathname.split('/').slice(1).map(decodeURIComponent)
  const query = new URLSearchParams(location.search)
  const screen = allowed().find((one) => one.name === name)
  if (!screen) return go(`/console/${allowed()[0].name}`, { replace: true })
  for (const link of nav.querySelectorAll('a')) {
    if (link.dataset.name === name) link.setAttribute('aria-current', 'page')
    else link.removeAttribute('aria-current')
  }
  const key = id && screen.one ? `${name}/${id}` : name
  if (current?.key === key) return current.screen.update?.(query, id)
  if (current) current.scroll = scrollY
  const again = kept.get(key)
  const file = (id && screen.one) || name
  const module = again ?? await import(`./${file}.js`).catch((error) => ({ error }))
  // Somebody may have gone elsewhere, or have logged out.
  if (thisRoute !== lastRoute) return
  leave()
  kept.delete(key)
  // The service does not answer, or a newer one has other addresses.
  if (module.error) return show(main, refusal(module.error, t('tried.read', { name: t(`screen.${name}`) }), () => location.reload()))
  const control = new AbortController()
  current = again ?? { key, control, screen: module[file](app, control.signal, id), scroll: 0 }
  show(main, current.screen.element)
  document.title = `${current.screen.title} · Waybill`
  current.screen.update?.(query, id)
  scrollTo(0, current.scroll)
  // What had the focus is gone with its screen.
  if (document.activeElement === document.body) main.focus({ preventScroll: true })
  if (again) current.screen.shown?.()
}

function followLinks(event) {
  const link = event.target.closest?.('a[href^="/console/"]')
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  go(link.getAttribute('href'))
}

// Keys for those who have both hands full. Single characters can be switched off (WCAG 2.1.4); what
// has the focus and takes text gets its characters first.
const keysAreOn = () => preference('keys', 'on') === 'on'
const takesText = (element) => element.isContentEditable || ['TEXTAREA', 'SELECT'].includes(element.tagName) ||
  (element.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes(element.type))
const goKeys = Object.fromEntries(screens.map((screen) => [`g ${screen.key}`, () => allowed().includes(screen) && go(`/console/${screen.name}`)]))
const globalKeys = { ...goKeys, '?': helpKeys, '/': () => document.querySelector('.search input')?.focus() }
let went = 0
function pressed(event) {
  if (!session || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return
  const screenKeys = current?.screen.keys ?? {}
  let name = event.key
  if (name === 'Escape') {
    if (takesText(event.target)) event.target.blur()
    else screenKeys.Escape?.(event)
    return
  }
  if (takesText(event.target) || !keysAreOn()) return
  // Enter on a link or button is the browser's.
  if (name === 'Enter' && event.target.closest('a, button, summary, input')) return
  if (Date.now() - went < GO && name !== 'g') name = `g ${name}`
  went = name === 'g' ? Date.now() : 0
  const action = screenKeys[name] ?? globalKeys[name] ?? (/^\d$/.test(name) && screenKeys.digit)
  if (!action) return
  event.preventDefault()
  action(event)
}

function helpKeys() {
  const rows = [
    ['/', 'keys.search'], ['j k', 'keys.rows'], ['x', 'keys.choose'], ['Enter', 'keys.open'],
    ...allowed().filter((screen) => screen.key).map((screen) => [`g ${screen.key}`, `screen.${screen.name}`]),
    ['e p', 'keys.order'], ['s p d', 'keys.pick'], ['?', 'keys.help'], ['Esc', 'keys.back'],
  ]
  dialog(t('keys.title'), () => h('div', {},
    h('dl.keys', {}, rows.map(([combination, text]) => h('div', {}, h('dt', {}, combination.split(' ').map((key) => [h('kbd', {}, key), ' '])), h('dd', {}, t(text))))),
    h('label.switch', {}, h('input', {
      type: 'checkbox', checked: keysAreOn(), onchange: (event) => prefer('keys', event.target.checked ? 'on' : 'off'),
    }), t('keys.on'))))
}

function setTheme(theme) {
  prefer('theme', theme || undefined)
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
}

function choice(name, value, options, changed) {
  const select = h('select', { id: `set-${name}`, onchange: () => changed(select.value) }, options.map(([one, text]) => h('option', { value: one }, text)))
  select.value = value
  return h('div.field', {}, h('label', { for: `set-${name}` }, t(name)), select)
}

const settings = () => dialog(t('settings'), (close) => h('div', {}, h('p.hint', {}, session.who),
  choice('theme', preference('theme', ''), ['', 'light', 'dark'].map((one) => [one, t(`theme.${one || 'system'}`)]), setTheme),
  choice('language', language, languages, (value) => {
    prefer('language', value)
    location.reload()
  }),
  h('p.small', {}, `Waybill ${session.version ?? ''} · `, h('a', { href: '/docs', target: '_blank', rel: 'noopener' }, t('docs'))),
  h('div.actions', {}, h('button', { onclick: () => {
    close()
    helpKeys()
  } }, t('keys.title')),
  session.auth !== 'open' && h('button', { onclick: () => {
    close()
    logOut()
  } }, t('logout')))))
async function logOut() {
  await write('DELETE', '/console/session').catch(() => {})
  signedOut(t('login.ended.byYou'))
}

function frame() {
  show(nav, allowed().map((screen) => h('a', { href: `/console/${screen.name}`, 'data-name': screen.name }, icon(screen.name), h('span', {}, t(`screen.${screen.name}`)))),
    h('button', { onclick: settings }, icon('more'), h('span', {}, t('settings'))))
  show(document.body, h('a.skip', { href: '#main', onclick: (event) => {
    event.preventDefault()
    main.focus()
  } }, t('skip')), h('div.shell', {}, h('header.side', {}, brand(lamp), nav), main))
}

live.onState((state) => {
  lamp.dataset.state = state
  say(lamp, t(`live.${state}`)).title = t(`live.${state}.long`)
})
// Whoever has no session any more is told so by the answer.
live.onEnd(() => session && get('/console/session').catch(() => {}))

function signedIn(who) {
  session = { ...who, role: who.role ?? 'admin' }
  if (!allowed().length) {
    return show(document.body, h('main.login', {}, h('div', {}, h('p.notice', {}, t('login.nothing', { role: t(`role.${session.role}`) })), h('button', { onclick: logOut }, t('logout')))))
  }
  frame()
  live.start()
  return route()
}

const brand = (...more) => h('div.brand', {}, h('span.mark', { 'aria-hidden': 'true' }, 'W'), h('span', {}, 'Waybill'), more)

/** The log-in: a token is pasted, and the browser gets a session for it. */
function login(why) {
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
  h('div.field', {}, h('label', { for: 'token' }, t('tokens.token')), input, h('p.hint', { id: 'token-hint' }, t('login.hint'))), problem, button))
}

/** Back to the log-in. The address stays, so that one goes on where one was. */
function signedOut(why) {
  if (document.querySelector('main.login form')) return
  live.end()
  for (const one of [current, ...kept.values()]) one?.control.abort()
  session = current = lastRoute = undefined
  kept.clear()
  prefer('carrier')
  for (const open of document.querySelectorAll('dialog')) open.close()
  document.title = `${t('login')} · Waybill`
  show(document.body, login(why))
  document.querySelector('input').focus()
}

async function begin() {
  document.documentElement.lang = language
  document.addEventListener('click', followLinks)
  document.addEventListener('keydown', pressed)
  addEventListener('popstate', route)
  addEventListener('waybill-route', route)
  onSignedOut(() => session && signedOut(t('login.ended')))
  try {
    await signedIn(await get('/console/session'))
  } catch (error) {
    if (error.status === 401) signedOut(error.code === 'session_ended' && t('login.ended'))
    else show(document.body, h('main.login', {}, refusal(error, t('login.failed'), () => location.reload())))
  }
}

addEventListener('unhandledrejection', ({ reason }) => {
  if (reason?.name !== 'AbortError' && reason?.status !== 401) toast(reason?.message ?? String(reason))
})
begin()
