// Keys for those who have both hands full. Single characters can be switched off (WCAG 2.1.4); what
// has the focus and takes text gets its characters first.

import { preference } from './ui.js'

const GO = 1500 // milliseconds between g and the key after it
let screenKeys = {}
let globalKeys = {}
let went = 0

export const areOn = () => preference('keys', 'on') === 'on'
export const setScreenKeys = (keys) => {
  screenKeys = keys ?? {}
}

const takesText = (element) => element.isContentEditable || ['TEXTAREA', 'SELECT'].includes(element.tagName) ||
  (element.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes(element.type))

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return
  let name = event.key
  if (name === 'Escape') {
    if (takesText(event.target)) event.target.blur()
    else screenKeys.Escape?.(event)
    return
  }
  if (takesText(event.target) || !areOn()) return
  // Enter on a link or button is the browser's.
  if (name === 'Enter' && event.target.closest('a, button, summary, input')) return
  if (Date.now() - went < GO && name !== 'g') name = `g ${name}`
  went = name === 'g' ? Date.now() : 0
  const action = screenKeys[name] ?? globalKeys[name] ?? (/^\d$/.test(name) && screenKeys.digit)
  if (!action) return
  event.preventDefault()
  action(event)
}

export function listen(keys) {
  globalKeys = keys
  document.addEventListener('keydown', pressed)
}
