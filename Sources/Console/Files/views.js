// Saved views: what stands in the address under a name, own ones and those of everybody.

import { h, show } from './h.js'
import { everything, path, url, write } from './api.js'
import { ask, dialog, empty, refusal, toast } from './ui.js'
import { t } from './texts.js'

/** The button; `now()` is the query to save, `use(query)` goes to one. */
export function viewsMenu(app, screen, now, use) {
  const store = () => ask({
    title: t('views.save'), action: t('save'), fields: [
      { name: 'name', label: t('views.name'), required: true, maxLength: 100 }, { name: 'shared', label: t('views.shared'), type: 'check' }],
    submit: async ({ name, shared }) => {
      await write('POST', '/views', { name, screen, query: now(), shared })
      toast(t('views.saved', { name }))
    },
  })
  async function open() {
    let problem
    let views = await everything(path('/views', { screen, limit: 200 })).catch((error) => {
      problem = refusal(error, t('views'))
      return []
    })
    dialog(t('views'), (close) => {
      const body = h('div', {})
      const then = (next) => () => {
        close()
        next()
      }
      const remove = (view) => async () => {
        try {
          await write('DELETE', url`/views/${view.id}`, undefined, view.version)
          views = views.filter((one) => one !== view)
          draw()
        } catch (error) {
          body.prepend(refusal(error, t('views.delete', { name: view.name })))
        }
      }
      const draw = () => show(body, problem ?? (!views.length && empty(t('views.none'), t('views.none.hint'))),
        h('ul.views', {}, views.map((view) => h('li', {},
          h('button.view', { onclick: then(() => use(view.query)) }, h('strong', {}, view.name),
            h('span.hint', {}, view.shared ? t('views.shared.by', { who: view.who }) : t('views.own'))),
          (view.mine || app.session.role === 'admin') && h('button.quiet', { 'aria-label': t('views.delete', { name: view.name }), onclick: remove(view) }, '✕')))),
        h('div.actions', {}, h('button.primary', { onclick: then(store) }, t('views.save'))))
      draw()
      return body
    })
  }
  return h('button', { onclick: open }, t('views'))
}
