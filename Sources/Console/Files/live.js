// The feed, live. One tab leads: it holds the lock and the stream, and tells the others what comes.
// A stream that was cut goes on behind the last event, also in another tab.

const NAME = 'waybill-live'
const SILENCE = 40_000 // the service says something every 15 s
const PAUSE = [250, 500, 1000, 2000, 4000, 8000]
const TOGETHER = 30 // milliseconds in which events are told together

const eventListeners = new Set()
const stateListeners = new Set()
const endListeners = new Set()
let channel
let cursor
let state = 'off'
let stop
let waiting = []
let timer

/** Calls back until `signal`: with events, or with `null` when what was seen may not be true any more. */
export function onEvents(signal, listener) {
  eventListeners.add(listener)
  signal.addEventListener('abort', () => eventListeners.delete(listener))
}

/** Calls back with `live`, `cut` or `off`. */
export function onState(listener) {
  stateListeners.add(listener)
  listener(state)
}

/** Calls back when the service refuses the stream: the session may have ended. */
export const onEnd = (listener) => endListeners.add(listener)

/**
 * A function that does something once for several calls, so many milliseconds after the first. Calls
 * that come while it is done have it done once more, and after `signal` none does anything.
 */
export function soon(signal, action, delay = 400) {
  let isUnderWay = false
  let isWanted = false
  async function run() {
    isWanted = false
    try {
      if (!signal.aborted) await action()
    } finally {
      isUnderWay = false
      if (isWanted) call()
    }
  }
  function call() {
    isWanted = true
    if (isUnderWay || signal.aborted) return
    isUnderWay = true
    setTimeout(run, delay)
  }
  return call
}

function become(next) {
  state = next
  for (const listener of stateListeners) listener(next)
}

function tell(events) {
  waiting.push(...events)
  timer ??= setTimeout(() => {
    const some = waiting
    waiting = []
    timer = undefined
    for (const listener of eventListeners) listener(some)
  }, TOGETHER)
}

function hear(message) {
  if (message.state) become(message.state)
  if (message.cursor) cursor = message.cursor
  if (message.events?.length) tell(message.events)
  if (message.ended) for (const listener of endListeners) listener()
  if (message.lost) {
    cursor = undefined
    for (const listener of eventListeners) listener(null)
  }
}

function publish(message) {
  channel?.postMessage(message)
  hear(message)
}

/** What stands between two empty lines: the cursor behind it, and the event. */
function parse(block) {
  const field = (name) => block.split(/\r?\n/).filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).trim())
  const data = field('data:').join('\n')
  return { id: field('id:').at(-1), event: data && JSON.parse(data) }
}

/** Reads one stream to its end. */
async function follow(signal, opened) {
  const watch = new AbortController()
  let alarm
  const alive = () => {
    clearTimeout(alarm)
    alarm = setTimeout(() => watch.abort(), SILENCE)
  }
  alive()
  try {
    const answer = await fetch(`/events?include=order${cursor ? `&after=${cursor}` : ''}`, {
      headers: { Accept: 'text/event-stream' }, cache: 'no-store', signal: AbortSignal.any([signal, watch.signal]),
    })
    if (!answer.ok) return answer.status
    opened()
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return 200
      alive()
      const blocks = (rest + value).split(/\r?\n\r?\n/)
      rest = blocks.pop()
      const parsed = blocks.map(parse)
      const last = parsed.findLast((one) => one.id)?.id
      if (last) publish({ cursor: last, events: parsed.map((one) => one.event).filter(Boolean) })
    }
  } finally {
    clearTimeout(alarm)
  }
}

async function lead(signal) {
  for (let failures = 0; !signal.aborted; failures += 1) {
    const status = await follow(signal, () => {
      failures = 0
      publish({ state: 'live' })
    }).catch(() => 0)
    if (signal.aborted) return
    publish({ state: 'cut' })
    if (status === 409) publish({ lost: true })
    if (status === 401 || status === 403) publish({ ended: true })
    if (status === 403) return
    await new Promise((resolve) => setTimeout(resolve, PAUSE[Math.min(failures, PAUSE.length - 1)] * (0.75 + Math.random() / 2)))
  }
}

/** Begins to follow; `end()` ends it. */
export function start() {
  end()
  const control = new AbortController()
  const { signal } = control
  stop = () => control.abort()
  become('cut')
  // Without locks (an address that is not secure) each tab has a stream of its own.
  if (!navigator.locks) return void lead(signal)
  let leads = false
  channel = new BroadcastChannel(NAME)
  channel.onmessage = ({ data }) => (data.hello ? leads && channel.postMessage({ cursor, state }) : hear(data))
  channel.postMessage({ hello: true })
  navigator.locks.request(NAME, { signal }, () => {
    leads = true
    return lead(signal)
  }).catch(() => {})
}

export function end() {
  stop?.()
  channel?.close()
  clearTimeout(timer)
  stop = channel = cursor = timer = undefined
  waiting = []
  become('off')
}
