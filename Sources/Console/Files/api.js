// The calls of the API. Every change carries an Idempotency-Key, so that it can be sent again when
// its answer got lost, and the version that was seen, so that it does not undo another change.

/** What the service refused, in its own words. */
export class Refusal extends Error {
  constructor(status, body, headers) {
    super(body?.message ?? `HTTP ${status}`)
    Object.assign(this, {
      status, code: body?.code ?? '', errors: body?.errors ?? [], documentation: body?.documentation,
      request: body?.request_id ?? headers.get('X-Request-Id'),
    })
  }
}

const TRIES = 4
const WORTH_ANOTHER = new Set([429, 502, 503, 504])
let signedOut = () => {}

/** Calls back when the service does not know the session any more. */
export const onSignedOut = (listener) => {
  signedOut = listener
}

const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** An address with its values encoded: url`/orders/${id}`. */
export const url = (texts, ...values) => String.raw({ raw: texts }, ...values.map(encodeURIComponent))

/** A path with a query of those values that are there; of `Object.fromEntries(params)` and others, say. */
export function path(base, query) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString()
  return text ? `${base}?${text}` : base
}

/** One request, sent again when nothing or "later" comes back: keys make that safe for changes. */
async function send(address, options) {
  for (let attempt = 1; ; attempt += 1) {
    let wait = 250 * 2 ** attempt
    try {
      const answer = await fetch(address, { cache: 'no-store', ...options })
      if (!WORTH_ANOTHER.has(answer.status) || attempt === TRIES) return answer
      wait = Math.min(5000, 1000 * Number(answer.headers.get('Retry-After')) || wait)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (attempt === TRIES) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
    options.signal?.throwIfAborted()
  }
}

// Where the last change stands. Lists that are read from a copy of the database then show it.
let position
async function read(answer) {
  position = answer.headers.get('Waybill-Position') ?? position
  const body = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : undefined
  if (answer.ok) return body
  if (answer.status === 401) signedOut()
  throw new Refusal(answer.status, body, answer.headers)
}

export const get = async (address, { signal } = {}) => read(await send(address, { signal, headers: { Accept: 'application/json', ...(position && { 'Waybill-Position': position }) } }))

export async function write(method, address, body, version) {
  const headers = { Accept: 'application/json', 'Idempotency-Key': key() }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (version !== undefined) headers['If-Match'] = `"${version}"`
  return read(await send(address, { method, headers, body: body && JSON.stringify(body) }))
}

/** Saves a text as a file. */
export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }))
  Object.assign(document.createElement('a'), { href: address, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** All entries of a list that the service keeps short. */
export async function everything(first, options) {
  const items = []
  for (let next = first; next;) {
    const page = await get(next, options)
    items.push(...page.items)
    next = page.next
  }
  return items
}

/** All pages of a table, as CSV with one head line. */
export async function wholeTable(first) {
  let table = ''
  for (let next = first; next;) {
    const answer = await send(next, { headers: { Accept: 'text/csv' } })
    if (!answer.ok) await read(answer)
    const text = await answer.text()
    table += table ? text.slice(text.indexOf('\n') + 1) : text
    next = answer.headers.get('Link')?.match(/<([^>]*)>;\s*rel="?next/)?.[1]
  }
  return table
}
