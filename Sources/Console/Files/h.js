// Elements without a framework: `h` makes one, `keyed` keeps a list of them up to date, `Rows` shows
// only those rows of a long list that can be seen. Text is only ever set as text.

const SVG = 'http://www.w3.org/2000/svg'

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (['value', 'checked', 'disabled', 'type'].includes(name)) element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  add(element, children)
  return element
}

function add(element, child) {
  if (Array.isArray(child)) for (const one of child) add(element, one)
  else if (child instanceof Node) element.append(child)
  else if (child !== undefined && child !== null && child !== false) element.append(String(child))
}

/** An element of HTML: `h('a.quiet', { href: '#' }, 'text', other)`. A button submits only if told so. */
export function h(tag, props, ...children) {
  const [name, ...classes] = tag.split('.')
  const element = document.createElement(name)
  if (classes.length) element.className = classes.join(' ')
  if (name === 'button') element.type = 'button'
  return fill(element, props, children)
}

/** An element of SVG. */
export const svg = (name, props, ...children) => fill(document.createElementNS(SVG, name), props, children)

/** Shows these children and nothing else. */
export function show(element, ...children) {
  element.replaceChildren()
  add(element, children)
  return element
}

/** Sets the text if it is another one. */
export function say(element, text) {
  const wanted = String(text ?? '')
  if (element.textContent !== wanted) element.textContent = wanted
  return element
}

/**
 * Makes the children of an element those of a list. What has the same key stays the same element,
 * so that focus and what was typed are kept.
 */
export function keyed(parent, items, keyOf, make, update) {
  const before = parent.keyedChildren ?? new Map()
  const after = new Map()
  let place = parent.firstChild
  for (const item of items) {
    const element = before.get(keyOf(item)) ?? make(item)
    update?.(element, item)
    after.set(keyOf(item), element)
    if (element === place) place = place.nextSibling
    else parent.insertBefore(element, place)
  }
  for (const [key, element] of before) if (after.get(key) !== element) element.remove()
  parent.keyedChildren = after
}

/**
 * A long list of which only the visible rows are in the document. Rows are used again for other
 * items while the page scrolls, until `signal`; `make()` makes one, `update(row, item, index)` fills it.
 */
export class Rows {
  constructor({ make, update, near, resized, signal }) {
    Object.assign(this, { make, update, near })
    this.items = []
    this.pool = []
    this.element = h('div.rows', { role: 'rowgroup' })
    const options = { passive: true, signal }
    addEventListener('scroll', () => this.later(), options)
    addEventListener('resize', () => {
      resized?.()
      this.later()
    }, options)
  }

  set(items) {
    this.items = items
    this.draw()
  }

  later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined
      this.draw()
    })
  }

  get height() {
    const root = getComputedStyle(document.documentElement)
    return parseFloat(root.getPropertyValue('--row')) * parseFloat(root.fontSize)
  }

  draw() {
    if (!this.element.isConnected) return
    const { height, pool } = this
    const top = this.element.getBoundingClientRect().top
    const first = Math.max(0, Math.floor(-top / height) - 6)
    const last = Math.min(this.items.length, Math.ceil((innerHeight - top) / height) + 6)
    this.element.style.height = `${this.items.length * height}px`
    while (pool.length < last - first) {
      pool.push(this.make())
      this.element.append(pool.at(-1))
    }
    // An item stays with its row while it can be seen: the row that has the focus keeps it.
    pool.forEach((row, number) => {
      const index = first + ((number - (first % pool.length) + pool.length) % pool.length)
      row.hidden = index >= last
      if (row.hidden) return
      row.style.transform = `translateY(${index * height}px)`
      row.setAttribute('aria-rowindex', index + 2)
      row.index = index
      this.update(row, this.items[index], index)
    })
    if (last >= this.items.length - 20) this.near?.()
  }

  /** Brings an item into view and answers its row. */
  reveal(index) {
    const { height } = this
    const top = this.element.getBoundingClientRect().top + index * height
    const margin = 3 * height
    if (top < margin) scrollBy(0, top - margin)
    else if (top > innerHeight - margin) scrollBy(0, top - innerHeight + margin)
    this.draw()
    return this.pool.find((row) => !row.hidden && row.index === index)
  }
}
