// A list that goes on for as long as there are pages: rows that can be seen, the next page in time,
// a cursor for the keys, and rows that are chosen.

import { h, Rows, say, show } from './h.js'
import { get, path } from './api.js'
import { ask, attempt, change, empty, go, icon, loading, refusal, scroll, t, toast } from './ui.js'

const FIRST_PAGE = 50
const PAGE = 100
const EMPTY_PAGES = 10 // pages in a row without an entry, before it asks whether to go on
const TYPING = 250 // milliseconds after the last character

export class List {
  /**
   * `columns` are `{ label, width, at, number }` with `text(item)` or `fill(cell, item)`; the first
   * one is a link to `href(item)`, and `at` is its place in a narrow window. `came(items)` hears of
   * each page, `changed()` of each choice; `wayOut()` is shown when there is nothing.
   */
  constructor(signal, { name, columns, href, wayOut, selectable, changed, came, pages = (first) => [first] }) {
    const label = t(`screen.${name}`)
    Object.assign(this, { signal, name, label, href, wayOut, selectable, changed, came, pages })
    this.items = []
    this.chosen = new Map()
    this.cursor = -1
    this.rows = new Rows({
      make: () => this.makeRow(), update: (row, item, index) => this.fillRow(row, item, index),
      near: () => this.more(), resized: () => this.fit(), signal,
    })
    this.head = h('div.row.head', { role: 'row' })
    this.table = h('div.table', { role: 'table', 'aria-label': label }, h('div.head-group', { role: 'rowgroup' }, this.head), this.rows.element)
    this.state = h('div.list-state', {})
    this.element = h('div.list', {}, this.table, this.state)
    this.setColumns(columns)
  }

  setColumns(columns) {
    this.columns = columns
    const widths = [...(this.selectable ? ['1.75rem'] : []), ...columns.map((column) => column.width)]
    this.least = widths.reduce((sum, width) => sum + parseFloat(width.replace('minmax(', '')) + 0.6, 1.2)
    this.table.style.setProperty('--columns', widths.join(' '))
    this.table.style.setProperty('--least', `${this.least}rem`)
    this.all = this.selectable && h('input', { type: 'checkbox', 'aria-label': t('list.all'), onchange: (event) => this.chooseAll(event.target.checked) })
    show(this.head, this.all && h('div.cell.check', { role: 'columnheader' }, h('label', {}, this.all)), columns.map((column) =>
      h(column.number ? 'div.cell.number' : 'div.cell', { role: 'columnheader' }, column.label)))
    for (const row of this.rows.pool) row.remove()
    this.rows.pool = []
    this.fit()
    this.rows.draw()
  }

  /** Where the columns do not fit, the table is moved sideways. */
  fit() {
    const width = this.least * parseFloat(getComputedStyle(document.documentElement).fontSize)
    this.table.classList.toggle('sideways', this.element.isConnected && this.element.clientWidth < width)
  }

  makeRow() {
    const box = this.selectable && h('input', { type: 'checkbox', onchange: () => this.choose(this.items[row.index], box.checked) })
    const link = h('a', {})
    const cells = this.columns.map((column, number) =>
      h(column.number ? 'div.cell.number' : 'div.cell', { role: 'cell', 'data-at': column.at }, number === 0 && link))
    const row = h('div.row', {
      role: 'row', onclick: (event) => event.target.closest('a, input, label') || link.click(),
      onfocusin: () => {
        this.cursor = row.index
      },
    }, box && h('div.cell.check', { role: 'cell' }, h('label', {}, box)), cells)
    return Object.assign(row, { box, link, cells })
  }

  fillRow(row, item, index) {
    const isChosen = this.chosen.has(item.id)
    row.link.href = this.href(item)
    if (row.box) {
      row.box.checked = isChosen
      row.box.ariaLabel = t('list.choose', { name: this.columns[0].text(item) })
    }
    row.classList.toggle('chosen', isChosen)
    row.classList.toggle('current', index === this.cursor)
    this.columns.forEach((column, number) => {
      const cell = number === 0 ? row.link : row.cells[number]
      if (column.fill) column.fill(cell, item)
      else say(cell, column.text(item))
    })
  }

  /** Begins anew. What is shown stays until the first page is there. */
  load(base, query) {
    this.control?.abort()
    this.control = new AbortController()
    this.sources = this.pages(path(base, { ...query, limit: FIRST_PAGE }))
    this.next = this.sources.shift()
    Object.assign(this, { isFresh: true, isBusy: false, emptyPages: 0, narrow: false, problem: undefined })
    this.rows.element.classList.add('stale')
    scrollTo(0, 0)
    return this.more()
  }

  async more() {
    if (this.isBusy || !this.next || this.problem) return
    this.isBusy = true
    const signal = AbortSignal.any([this.signal, this.control.signal])
    if (!this.items.length) show(this.state, loading())
    try {
      const page = await get(this.next, { signal })
      if (signal.aborted) return
      if (this.isFresh) {
        Object.assign(this, { items: [], cursor: -1, isFresh: false })
        this.chosen.clear()
        this.changed?.()
      }
      this.items.push(...page.items)
      this.narrow ||= page.narrow === true
      this.next = page.next?.replace(/\blimit=\d+/, `limit=${PAGE}`) ?? this.sources.shift()
      this.emptyPages = page.items.length ? 0 : this.emptyPages + 1
      this.rows.element.classList.remove('stale')
      this.isBusy = false
      this.tell()
      this.came?.(page.items)
      if (this.emptyPages < EMPTY_PAGES) this.rows.set(this.items)
    } catch (error) {
      if (signal.aborted) return
      Object.assign(this, { isBusy: false, problem: error })
      show(this.state, refusal(error, this.label, () => {
        this.problem = undefined
        this.more()
      }))
    }
  }

  tell() {
    const { length } = this.items
    this.table.setAttribute('aria-rowcount', this.next ? -1 : length + 1)
    this.table.hidden = length === 0
    this.fit()
    if (this.next && this.emptyPages >= EMPTY_PAGES) {
      show(this.state, h('button', { onclick: () => {
        this.emptyPages = 0
        this.more()
      } }, t('list.further')))
    } else if (this.next) show(this.state, length ? null : loading())
    else show(this.state, length ? h('p.end', {}, t('list.end', { n: length })) : empty(t(`${this.name}.nothing`), t(`${this.name}.nothing.hint`), this.wayOut?.()))
  }

  /** Puts newer versions of items in the place of what is shown. Nothing moves. */
  replace(newer) {
    const byKey = new Map(newer.map((item) => [item.id, item]))
    if (!byKey.size) return
    this.items.forEach((item, index) => {
      const other = byKey.get(item.id)
      if (!other || other.version <= item.version) return
      this.items[index] = other
      if (this.chosen.has(item.id)) this.chosen.set(item.id, other)
    })
    this.rows.later()
  }

  choose(item, isChosen) {
    if (isChosen) this.chosen.set(item.id, item)
    else this.chosen.delete(item.id)
    this.rows.draw()
    this.changed?.()
  }

  chooseAll(isChosen) {
    this.chosen = new Map(isChosen ? this.items.map((item) => [item.id, item]) : [])
    this.rows.draw()
    this.changed?.()
  }

  step(by) {
    if (!this.items.length || (by === 0 && this.cursor < 0)) return this.rows.draw()
    this.cursor = Math.min(this.items.length - 1, Math.max(0, this.cursor + by))
    this.rows.reveal(this.cursor)?.link.focus({ preventScroll: true })
    this.rows.draw()
  }

  get keys() {
    const current = (use) => () => this.items[this.cursor] && use(this.items[this.cursor])
    return {
      j: () => this.step(1), k: () => this.step(-1), Enter: current((item) => go(this.href(item))),
      x: current((item) => this.selectable && this.choose(item, !this.chosen.has(item.id))),
    }
  }
}

/**
 * One thing of a list, opened beside it; the list then has only its first few columns. `draw(thing)`
 * fills the panel, `describe(thing)` says what people see of it.
 */
export function panel(list, { label, few, address, draw, describe }) {
  const { columns } = list
  let reading = new AbortController()
  const element = h('aside.panel', { hidden: true, 'aria-label': label })
  const self = {
    element,
    async open(id) {
      if (element.hidden !== !id) {
        element.hidden = !id
        list.setColumns(id ? columns.slice(0, few) : columns)
      }
      // What is no longer shown must not be drawn again by an event.
      if (self.id !== id) self.shown = undefined
      if (id && self.id !== id) show(element, loading())
      self.id = id
      reading.abort()
      reading = new AbortController()
      const { signal } = reading
      if (!id) return
      await attempt(element, t('tried.read', { name: id }), async () => self.draw(await get(address(id), { signal })), () => self.open(id))
    },
    draw(now) {
      const isOther = self.shown?.id !== now.id
      self.shown = now
      list.replace([now])
      draw(now, isOther)
      if (isOther && element.offsetTop < list.element.offsetTop) element.scrollIntoView()
    },
    /** Asks for a change, and makes it by `send(address, values, version)` at the version that was seen. */
    async edit({ title, action = t('save'), send, ...more }) {
      const { shown } = self
      const where = address(shown.id)
      const answer = await ask({ title, action, ...more, submit: (values) => change({
        tried: title, seen: shown, describe, address: where, send: (version) => send(where, values, version),
      }) })
      if (answer?.value) toast(t('saved', { name: answer.value.name ?? answer.value.id }))
      const now = answer?.value ?? answer?.left
      if (now && self.id === now.id) self.draw(now)
    },
    /** A table of what belongs to the thing, read for it. */
    table(place, { title, from, head, row, none }) {
      reading.abort()
      reading = new AbortController()
      const { signal } = reading
      return attempt(place, title, async () => {
        const { items } = await get(from, { signal })
        show(place, items.length ? scroll(title, h('table', {}, head, h('tbody', {}, items.map((item) => h('tr', {}, row(item)))))) : h('p.hint', {}, none))
      })
    },
  }
  return self
}

/** A box to search a screen with; `found(text)` is called a moment after the last character. */
export function searchBox(name, found) {
  const label = t(`${name}.search`)
  let timer
  const input = h('input', {
    type: 'search', 'aria-label': label, placeholder: label, maxlength: 100, autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'search',
    oninput: () => {
      clearTimeout(timer)
      // The screen may have been left meanwhile.
      timer = setTimeout(() => input.isConnected && found(input.value.trim()), TYPING)
    },
    onkeydown: (event) => {
      if (event.key !== 'Enter') return
      clearTimeout(timer)
      found(input.value.trim(), true)
    },
  })
  const set = (text) => {
    if (document.activeElement !== input) input.value = text ?? ''
  }
  return Object.assign(h('div.search', {}, icon('search'), input), { set })
}

/** Buttons of which some are pressed. */
export function toggles(label, options, isOn, press) {
  const buttons = options.map(([value, text]) => h('button.chip', { onclick: () => press(value), 'data-value': value }, text))
  const renew = () => buttons.forEach((button) => button.setAttribute('aria-pressed', String(isOn(button.dataset.value))))
  renew()
  return Object.assign(h('div.chips', { role: 'group', 'aria-label': label }, buttons), { renew })
}
