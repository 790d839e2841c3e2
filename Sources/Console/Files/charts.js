// Charts as plain SVG. The numbers stand in a table beside them, so the picture is hidden from those
// who have it read to them.

import { svg } from './h.js'

/** Horizontal bars: `items` are `{ label, value, text }`, the longest bar is the largest value. */
export function bars(items, { title }) {
  const step = 30
  const isNarrow = innerWidth < 600
  const width = isNarrow ? 300 : 420
  const label = isNarrow ? 104 : 128
  const letters = isNarrow ? 12 : 16
  const largest = Math.max(1, ...items.map((item) => item.value))
  return svg('svg', {
    class: 'bars', viewBox: `0 0 ${width} ${Math.max(1, items.length) * step}`, role: 'img', 'aria-label': title,
  }, items.map((item, index) => {
    const length = Math.max(2, ((width - label - 84) * item.value) / largest)
    const y = index * step
    const short = item.label.length > letters ? `${item.label.slice(0, letters - 1)}…` : item.label
    return svg('g', {},
      svg('title', {}, `${item.label}: ${item.text}`),
      svg('text', { class: 'bar-label', x: label - 10, y: y + 19, 'text-anchor': 'end' }, short),
      svg('rect', { class: 'bar', x: label, y: y + 6, width: length, height: step - 12, rx: 4 }),
      svg('text', { class: 'bar-value', x: label + length + 8, y: y + 19 }, item.text))
  }))
}

/** Upright columns for days. */
export function columns(items, { title }) {
  const width = innerWidth < 600 ? 300 : 420
  const height = 180
  const step = width / Math.max(1, items.length)
  const bar = Math.min(48, step * 0.7)
  const largest = Math.max(1, ...items.map((item) => item.value))
  const every = Math.ceil(items.length / 7)
  return svg('svg', { class: 'columns', viewBox: `0 0 ${width} ${height + 24}`, role: 'img', 'aria-label': title },
    svg('line', { class: 'axis', x1: 0, x2: width, y1: height + 0.5, y2: height + 0.5 }),
    items.map((item, index) => {
      const length = ((height - 12) * item.value) / largest
      return svg('g', {},
        svg('title', {}, `${item.label}: ${item.text}`),
        svg('rect', {
          class: 'bar', x: (index + 0.5) * step - bar / 2, y: height - length, width: bar,
          height: length, rx: Math.min(3, bar / 4),
        }),
        index % every === 0 && svg('text', {
          class: 'bar-label', x: (index + 0.5) * step, y: height + 18, 'text-anchor': 'middle',
        }, item.short ?? item.label))
    }))
}

/** A small line of what was measured, oldest first; gaps are `null`. */
export function line(values, { title, max }) {
  const width = 240
  const height = 56
  const known = values.filter((value) => value !== null)
  const top = Math.max(max ?? 0, ...known, 1e-9)
  const x = (index) => (values.length < 2 ? width : (index * width) / (values.length - 1))
  const y = (value) => height - 3 - ((height - 6) * value) / top
  let path = ''
  let isOpen = false
  values.forEach((value, index) => {
    if (value !== null) path += `${isOpen ? 'L' : 'M'}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    isOpen = value !== null
  })
  const last = values.findLastIndex((value) => value !== null)
  return svg('svg', { class: 'line', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title, preserveAspectRatio: 'none' },
    svg('line', { class: 'axis', x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 }),
    path && svg('path', { class: 'area', d: `${path}L${x(last)} ${height}L${x(values.findIndex((value) => value !== null))} ${height}Z` }),
    path && svg('path', { class: 'stroke', d: path, 'vector-effect': 'non-scaling-stroke' }),
    last >= 0 && svg('circle', { class: 'dot', cx: x(last), cy: y(values[last]), r: 2.5 }))
}
