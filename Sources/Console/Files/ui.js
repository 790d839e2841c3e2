// What the screens share: texts, numbers and times as people write them, badges, dialogs, and the way
// a refusal of the service is shown.

import { h, show, svg } from './h.js'
import { get, Refusal } from './api.js'

// What the browser remembers. Without storage (private windows) it is remembered until the reload.
const memory = new Map()
export function preference(name, otherwise) {
  try {
    return localStorage.getItem(`waybill-${name}`) ?? memory.get(name) ?? otherwise
  } catch {
    return memory.get(name) ?? otherwise
  }
}
export function prefer(name, value) {
  memory.set(name, value)
  try {
    if (value === undefined) localStorage.removeItem(`waybill-${name}`)
    else localStorage.setItem(`waybill-${name}`, value)
  } catch {
    // It stays in memory.
  }
}

// The language, its texts, and how it writes numbers. Only the texts of that language are loaded.
export const languages = [['en', 'English'], ['de', 'Deutsch']]
const isKnown = (wanted) => languages.find(([name]) => wanted?.startsWith(name))?.[0]
export const language = [preference('language'), ...navigator.languages].map(isKnown).find(Boolean) ?? 'en'
/** How numbers and times are written: as the browser asks, if it asks for this language. */
export const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language
const { default: groups } = await import(`./${language}.js`)
const numbers = new Intl.NumberFormat(locale)
const plurals = new Intl.PluralRules(locale)

export const count = (number) => (Number.isFinite(number) ? numbers.format(number) : '–')

/** A text by its group and name, `t('group.name', { n: 3 })`; `n` chooses the form. */
export function t(key, values) {
  const [, group, name] = /^(?:(\w+)\.)?(.+)$/.exec(key)
  const texts = groups[group ?? ''] ?? {}
  const form = Number.isFinite(values?.n) && texts[`${name}.${plurals.select(values.n)}`]
  // A word that the service has learnt later is shown as it is.
  const text = form || (texts[name] ?? name.replaceAll('_', ' '))
  return values ? text.replace(/\{(\w+)\}/g, (_, one) => (Number.isFinite(values[one]) ? count(values[one]) : values[one] ?? '')) : text
}

/** Goes to another screen, or another state of this one. */
export function go(address, { replace } = {}) {
  if (address === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', address)
  dispatchEvent(new Event('waybill-route'))
}

// Numbers and times
const two = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const clock = { hour: 'numeric', minute: '2-digit' }
const date = { day: 'numeric', month: 'short' }
const [today, thisYear, before] = [clock, { ...date, ...clock }, { ...date, year: 'numeric' }].map((form) => new Intl.DateTimeFormat(locale, form))

export const money = (amount) => (Number.isFinite(amount) ? two.format(amount) : '–')
export const signed = (number) => (number > 0 ? '+' : '') + count(number).replace('-', '−')

export function timeText(text) {
  if (!text) return '–'
  const moment = new Date(text)
  const now = new Date()
  if (moment.toDateString() === now.toDateString()) return today.format(moment)
  return (moment.getFullYear() === now.getFullYear() ? thisYear : before).format(moment)
}
export const utc = (text) => text?.replace('T', ' ').replace('Z', ' UTC') ?? ''
export const time = (text) => h('time', { datetime: text, title: utc(text) }, timeText(text))

export function age(seconds) {
  if (!Number.isFinite(seconds)) return '–'
  if (seconds < 90) return t('age.seconds', { n: Math.max(0, Math.round(seconds)) })
  return seconds < 5400 ? t('age.minutes', { n: Math.round(seconds / 60) }) : t('age.hours', { n: Math.round(seconds / 3600) })
}

// Small things
/** A key, for those who see the button; others hear of it by `aria-keyshortcuts`. */
export const keyHint = (name) => [' ', h('kbd', { 'aria-hidden': 'true' }, name)]
export const mailLink = (email) => (email ? h('a', { href: `mailto:${encodeURIComponent(email).replace('%40', '@')}` }, email) : '–')
export const badge = (status) => h(`span.badge.${status}`, {}, t(`status.${status}`))

const icons = {
  orders: 'M4 5h16M4 10h16M4 15h10M4 20h7', pick: 'M3 7l9-4 9 4v10l-9 4-9-4zM3 7l9 4 9-4M12 11v10',
  stock: 'M4 20V10M10 20V4M16 20v-8M21 20H3', customers: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4 21c0-4 4-6 8-6s8 2 8 6',
  report: 'M4 4v16h16M8 16l4-5 3 3 5-7', tokens: 'M15 9a4 4 0 10-4 4l-7 7h4v-3h3l2-4a4 4 0 002-4zM15 7h.01',
  system: 'M3 12h4l3-8 4 16 3-8h4', search: 'M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5',
  more: 'M5 12h.01M12 12h.01M19 12h.01', back: 'M15 5l-7 7 7 7',
}
export const icon = (name) => svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: icons[name] }))

/** The title of a screen and its element, with what stands beside its heading. */
export const screen = (name, beside, ...content) => ({
  title: t(`screen.${name}`), element: h('div.screen', {}, h('div.head-line', {}, h('h1', {}, t(`screen.${name}`)), beside), content),
})
export const pairs = (...rows) => h('dl.pairs', {}, rows.map(([label, value]) => [h('dt', {}, t(label)), h('dd', {}, value)]))
export const empty = (title, text, ...more) => h('div.empty', {}, h('h2', {}, title), text && h('p', {}, text), more)
export const loading = () => h('div.loading', { role: 'status' }, t('loading'))
/** A table that is moved sideways where there is no room for it. */
export const scroll = (label, ...content) => h('div.scroll', { tabindex: 0, role: 'region', 'aria-label': label }, content)
export const headRow = (names, numbers = []) => h('thead', {}, h('tr', {}, names.map((name) =>
  h(numbers.includes(name) ? 'th.number' : 'th', { scope: 'col' }, t(name)))))

/** A refusal in the words of the service, beside what was tried. */
export function refusal(error, tried, again) {
  const isRefusal = error instanceof Refusal
  return h('div.refusal', { role: 'alert' }, tried && h('p.tried', {}, tried), h('p', {}, isRefusal ? error.message : t('error.unreachable')),
    isRefusal && error.errors.length > 0 && h('ul', {}, error.errors.map((one) => h('li', {}, one.field && [h('code', {}, one.field), ' '], one.message))),
    isRefusal && error.request && h('p.small', {}, t('error.request', { id: error.request }), ' ',
      error.documentation && h('a', { href: error.documentation, target: '_blank', rel: 'noopener' }, error.code)),
    again && h('button', { onclick: again }, t('again')))
}

/** Does something; a refusal is shown in this place, with a button to try `again`. */
export async function attempt(place, tried, action, again) {
  try {
    await action()
  } catch (error) {
    // What was given up is of interest to nobody.
    if (error.name !== 'AbortError') show(place, refusal(error, tried, again))
  }
}

/** A button that does one thing at a time; a refusal stands beside it. */
export function doing(text, action) {
  const problem = h('div', {})
  const button = h('button', { onclick: async () => {
    button.disabled = true
    await attempt(problem, text, action)
    button.disabled = false
  } }, text)
  return [button, problem]
}

// The last word of what was done, also for those who have it read to them.
const toasts = h('div.toasts', { role: 'status', 'aria-live': 'polite' })
export function toast(text) {
  if (!toasts.isConnected) {
    // What an earlier session said is gone with it.
    toasts.replaceChildren()
    document.body.append(toasts)
  }
  const one = h('div.toast', {}, text)
  toasts.append(one)
  setTimeout(() => one.remove(), 5000)
}

let dialogs = 0
/** A dialog. `build(close)` answers its content; the promise has what it was closed with. */
export function dialog(title, build, { wide } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement
    const id = `dialog-${(dialogs += 1)}`
    let result
    const close = (value) => {
      result = value
      element.close()
    }
    const element = h(wide ? 'dialog.wide' : 'dialog', { 'aria-labelledby': id, onclose: () => {
      element.remove()
      if (before?.isConnected) before.focus()
      resolve(result)
    } }, h('div.dialog-head', {}, h('h2', { id }, title), h('button.quiet', { 'aria-label': t('close'), onclick: () => close() }, '✕')), build(close))
    document.body.append(element)
    element.showModal()
    const first = element.querySelector('[autofocus]') ?? element.querySelector('form input, form select, form textarea')
    first?.focus()
  })
}

function control({ name, type, value, options, list, hint, ...field }) {
  const props = { id: `field-${name}`, name, autocomplete: 'off', list: list && `list-${name}`, 'aria-describedby': hint && `hint-${name}`, ...field, label: undefined }
  if (options) {
    const select = h('select', props, options.map(([one, text]) => h('option', { value: one }, text)))
    select.value = value ?? options[0][0]
    return select
  }
  if (type === 'area') return h('textarea', { ...props, rows: 3, value: value ?? '' })
  if (type === 'check') return h('input', { ...props, type: 'checkbox', checked: value })
  return h('input', { ...props, type: type ?? 'text', value: value ?? '', ...(type === 'number' && { step: 1, inputmode: 'numeric' }) })
}

function valueOf({ name, type }, form) {
  const element = form.elements[name]
  if (type === 'check') return element.checked
  const text = element.value.trim()
  return type !== 'number' ? text : text === '' ? null : Number(text)
}

const fieldRow = (field) => h(field.type === 'check' ? 'div.field.check' : 'div.field', {},
  h('label', { for: `field-${field.name}` }, field.label), control(field),
  field.list && h('datalist', { id: `list-${field.name}` }, field.list.map((value) => h('option', { value }))),
  field.hint && h('p.hint', { id: `hint-${field.name}` }, field.hint))

/** A form in a dialog. `submit(values)` may be refused: then the dialog stays and says why. */
export const ask = ({ title, intro, fields = [], action, danger, submit }) => dialog(title, (close) => {
  const problem = h('div', {})
  const button = h(danger ? 'button.danger' : 'button.primary', { type: 'submit' }, action)
  const form = h('form', { onsubmit: async (event) => {
    event.preventDefault()
    button.disabled = true
    show(problem)
    try {
      close({ value: await submit(Object.fromEntries(fields.map((field) => [field.name, valueOf(field, form)]))) })
    } catch (error) {
      if (error instanceof LeftAsIs) close({ left: error.now })
      else show(problem, refusal(error, title))
    } finally {
      button.disabled = false
    }
  } }, intro && h('p', {}, intro), fields.map(fieldRow), problem,
  h('div.actions', {}, h('button', { onclick: () => close() }, t('cancel.dialog')), button))
  return form
})

/** The person has seen that somebody else was faster, and leaves it so. */
class LeftAsIs extends Error {
  constructor(now) {
    super(t('conflict.leave'))
    this.now = now
  }
}

/**
 * Changes what was seen at a version. If somebody else has changed it since, it shows what differs
 * and asks. `describe(thing)` answers `[label, text]` pairs.
 */
export async function change({ tried, seen, address, describe, send }) {
  try {
    return await send(seen.version)
  } catch (error) {
    if (error.status !== 412) throw error
    const now = await get(address)
    const [before, after] = [seen, now].map((one) => new Map(describe(one)))
    const labels = [...new Set([...before.keys(), ...after.keys()])].filter((label) => before.get(label) !== after.get(label))
    const again = await dialog(t('conflict.title'), (close) => h('div.conflict', {},
      h('div.refusal', {}, h('p.tried', {}, tried), h('p', {}, error.message)),
      h('table', {}, headRow(['conflict.what', 'conflict.seen', 'conflict.now']), h('tbody', {}, labels.map((label) => h('tr', {},
        h('th', { scope: 'row' }, label), h('td', {}, h('del', {}, before.get(label) ?? '–')), h('td', {}, h('ins', {}, after.get(label) ?? '–')))))),
      h('div.actions', {}, h('button', { onclick: () => close(false), autofocus: true }, t('conflict.leave')),
        h('button.primary', { onclick: () => close(true) }, t('conflict.again')))), { wide: true })
    if (!again) throw new LeftAsIs(now)
    return change({ tried, seen: now, address, describe, send })
  }
}

/** Each row of a change of many, with what became of it. */
export const results = (title, rows) => dialog(title, (close) => h('div', {},
  h('p', {}, t('bulk.summary', { good: rows.filter((row) => row.ok).length, all: rows.length })),
  scroll(title, h('table', {}, h('tbody', {}, rows.map((row) => h('tr', {}, h('th', { scope: 'row' }, row.name),
    h(row.ok ? 'td.good' : 'td.bad', {}, row.ok ? '✓ ' : '✕ ', row.text)))))),
  h('div.actions', {}, h('button.primary', { onclick: () => close(), autofocus: true }, t('close')))), { wide: true })
