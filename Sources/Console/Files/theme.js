// Before anything is painted: the colours that were chosen. Without a choice the system's are used.
{
  let theme
  try {
    theme = localStorage.getItem('waybill-theme')
  } catch {
    theme = null
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
}
