// Whether all is well: what the instance that answers says of itself, and its last hour. What it
// cannot know while the database is away is null.

import { h, show, svg } from './h.js'
import { get } from './api.js'
import { age, attempt, count, headRow, loading, locale, pairs, screen, scroll, t, time } from './ui.js'

const EVERY = 15_000 // milliseconds, as the service takes its samples
const NUMBERS = 60 // samples in the table
const LAG = 5 // seconds that the feed may lie behind
const WAIT = 300 // seconds that an order may wait for the process service

const number = (value) => value?.toLocaleString(locale, { maximumFractionDigits: value < 10 ? 1 : 0 }) ?? '–'
const ms = (value) => (Number.isFinite(value) ? t('ms', { n: number(value) }) : '–')

function tiles({ ready, checks, now, report, feed, fulfilment, connections }) {
  const tile = (title, value, isGood, hint) => h('section.card.tile', { 'data-good': isGood === undefined ? undefined : String(isGood) },
    h('h2', {}, title), h('p.figure', {}, value), hint && h('p.hint', {}, hint))
  const bad = Object.entries(checks ?? {}).filter(([, state]) => state !== 'ok').map(([name, state]) => `${name}: ${state}`)
  const reportAge = report?.refreshed_at ? (new Date(now) - new Date(report.refreshed_at)) / 1000 : undefined
  const lag = feed?.lag_seconds ?? undefined
  const { configured, waiting, processing, oldest_waiting_seconds: oldest } = fulfilment ?? {}
  const isOpen = connections?.database_breakers_open > 0 || fulfilment?.breaker_open === true
  return h('div.tiles', {},
    tile(t('system.state'), ready ? t('system.ready') : t('system.notReady'), ready, bad.join(', ') || t('system.allChecks')),
    tile(t('system.report'), age(reportAge), reportAge && reportAge < 2.5 * report.refresh_interval_seconds,
      report && t('system.report.every', { n: report.refresh_interval_seconds })),
    tile(t('system.feed'), age(lag), lag === undefined ? undefined : lag < LAG, t('system.followers', { n: feed?.followers ?? '–' })),
    configured ? tile(t('system.queue'), count(waiting), !fulfilment.breaker_open && oldest < WAIT,
      t('system.queue.hint', { n: processing, age: age(oldest) })) : tile(t('system.queue'), t('system.off'), undefined, t('system.queue.off')),
    tile(t('system.breakers'), isOpen ? t('system.open') : t('system.closed'), !isOpen, t('system.breakers.hint')),
    tile(t('system.connections'), count(connections?.http), undefined, t('system.connections.hint', {
      streams: count(connections?.streams), database: count(connections?.database), leased: count(connections?.database_leased),
      waiting: count(connections?.database_waiting),
    })))
}

/** A small line of what was measured, oldest first; gaps are `null`. */
function line(values, title) {
  const width = 240
  const height = 56
  const known = values.filter((value) => value !== null)
  const top = Math.max(...known, 1e-9)
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

function charts({ samples, sample_seconds: seconds }) {
  const kinds = [
    [t('system.rate'), (one) => one.requests / seconds, (value) => t('perSecond', { n: number(value) })],
    [t('system.median'), (one) => one.p50_ms, ms], [t('system.slow'), (one) => one.p99_ms, ms], [t('system.errors'), (one) => one.errors, number],
  ]
  return [
    h('div.charts', {}, kinds.map(([title, value, say]) => {
      const last = samples.length ? say(value(samples.at(-1))) : '–'
      return h('section.card', {}, h('div.card-head', {}, h('h2', {}, title), h('strong', {}, last)), line(samples.map(value), `${title}: ${last}`))
    })),
    h('details.card', {}, h('summary', {}, t('system.numbers')), scroll(t('system.numbers'), h('table', {},
      headRow(['stock.when', 'system.rate', 'system.median', 'system.slow', 'system.errors'], ['system.rate', 'system.median', 'system.slow', 'system.errors']),
      h('tbody', {}, samples.slice(-NUMBERS).reverse().map((one) => h('tr', {}, h('th', { scope: 'row' }, time(one.at)),
        kinds.map(([, value, say]) => h('td.number', {}, say(value(one)))))))))),
  ]
}

const about = ({ version, revision, started_at, migrations }) => h('section.card', {}, h('h2', {}, t('system.version')), pairs(
  ['system.version', `${version} ${revision ?? ''}`], ['system.started', time(started_at)],
  ['system.migrations', migrations?.length ? [t('system.migrations.last', { n: migrations.length, last: String(migrations.at(-1).version) }), ' · ', time(migrations.at(-1).applied_at)] : '–'],
))

export function system(app, signal) {
  const body = h('div', {}, loading())
  const load = () => attempt(body, t('screen.system'), async () => {
    const now = await get('/system', { signal })
    const isOpen = body.querySelector('details')?.open
    show(body, tiles(now), charts(now), about(now))
    body.querySelector('details').open = isOpen === true
  }, load)
  const timer = setInterval(() => !document.hidden && load(), EVERY)
  signal.addEventListener('abort', () => clearInterval(timer))
  load()
  return screen('system', undefined, body)
}
