"""The console in a real browser, against a service of its own: see CONTRIBUTING.md."""
