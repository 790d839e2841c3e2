// The language, its texts, and how it writes numbers. `t('group.name', { n: 3 })` answers a text.

export const languages = [['en', 'English'], ['de', 'Deutsch']]

function choose() {
  let wanted
  try {
    wanted = localStorage.getItem('waybill-language')
  } catch {
    wanted = null
  }
  for (const one of [wanted, ...navigator.languages]) {
    const known = languages.find(([name]) => one?.startsWith(name))
    if (known) return known[0]
  }
  return 'en'
}

export const language = choose()
/** How numbers and times are written: as the browser asks, if it asks for this language. */
export const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language

// Only the texts of the language that is used are loaded.
const { default: groups } = await import(`./${language}.js`)
const numbers = new Intl.NumberFormat(locale)
const plurals = new Intl.PluralRules(locale)

export const count = (number) => (Number.isFinite(number) ? numbers.format(number) : '–')

/** A text with its values. A number is written as the language does, and `n` chooses the form. */
export function t(key, values) {
  const [, group, name] = /^(?:(\w+)\.)?(.+)$/.exec(key)
  const texts = groups[group ?? ''] ?? {}
  const form = Number.isFinite(values?.n) && texts[`${name}.${plurals.select(values.n)}`]
  // A word that the service has learnt later is shown as it is.
  const text = form || (texts[name] ?? name.replaceAll('_', ' '))
  return values ? text.replace(/\{(\w+)\}/g, (_, one) => (Number.isFinite(values[one]) ? count(values[one]) : values[one] ?? '')) : text
}
