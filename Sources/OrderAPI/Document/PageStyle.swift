/// The style of the pages, light or dark as the reader's system is set.
enum PageStyle {
  /// The icon beside the page's title: a W on the colour of the pages' head.
  static let icon = Array(
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3"
    fill="#16324f"/><path d="M3 4l2.5 8L8 6l2.5 6L13 4" fill="none" stroke="#fff" stroke-width="1.6"
    stroke-linejoin="round"/></svg>

    """.utf8)

  static let css = Array(
    """
    :root { color-scheme: light dark; --ink: #1d2733; --paper: #fff; --soft: #5b6875;
      --line: #dde3e9; --accent: #0b6bcb; --tint: #f3f6f9; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --paper: #14181d;
      --soft: #9aa6b2; --line: #2c343d; --accent: #6cb2ff; --tint: #1c2229; } }
    body { margin: 0; background: var(--paper); }
    body > header { display: flex; gap: 2rem; align-items: baseline; padding: .8rem 1.5rem;
      background: #16324f; font: 16px/1.5 system-ui, sans-serif; }
    body > header a { color: #d5e3f2; text-decoration: none; margin-right: 1.2rem; }
    body > header a:hover { text-decoration: underline; }
    body > header .name { color: #fff; font-weight: 700; font-size: 1.15rem; }
    .page { max-width: 46rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; color: var(--ink);
      font: 16px/1.6 system-ui, sans-serif; }
    .page a { color: var(--accent); }
    .page h1 { font-size: 1.9rem; margin: 1.5rem 0 .5rem; }
    .page h2 { font-size: 1.1rem; margin: 0 0 .4rem; }
    .page code { font: .95em ui-monospace, monospace; }
    .page section { border-top: 1px solid var(--line); padding: 1.1rem .9rem;
      scroll-margin-top: 1rem; }
    .page section:target { background: var(--tint); border-left: 4px solid var(--accent); }
    .page section p { margin: .3rem 0; }
    .page .index { columns: 14rem; padding: .8rem 1rem; list-style: none;
      background: var(--tint); border-radius: .4rem; }
    .status { color: var(--soft); font-weight: 400; margin-left: .5rem; }
    .exception { color: var(--soft); }
    .notice { padding: 2rem; font: 16px/1.6 system-ui, sans-serif; }
    .swagger-ui .topbar { display: none; }
    .dark-mode .swagger-ui .header-col, .dark-mode .swagger-ui .parameter__type,
    .dark-mode .swagger-ui .parameter__in, .dark-mode .swagger-ui .prop-format,
    .dark-mode .swagger-ui .examples-select__section-label { color: var(--ink); }

    """.utf8)
}
