#!/usr/bin/env python3
"""Has Chromium use a service that asks for no token: from its own pages, from a page whose name was
made to lead to it (DNS rebinding), and from a foreign page. Only the first may get through.
Then it reads the documentation: its filter finds calls, and a dark page can be read.

    browser.py http://127.0.0.1:8080
"""

import contextlib
import http.server
import itertools
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import websocket

PATIENCE = 30  # seconds for anything a browser does
BODY = '{"delta": 1, "reason": "by a page"}'
HEADERS = '{"Content-Type": "application/json"}'
# What a page can do: read, and change stock. Answers the two statuses.
USE = f"""Promise.all([
  fetch('/products/product-1'),
  fetch('/products/product-1/stock', {{method: 'POST', headers: {HEADERS}, body: '{BODY}'}})
]).then(answers => answers.map(answer => answer.status))"""
# The same from another origin, where a page cannot see what becomes of it.
MISUSE = """Promise.allSettled([
  fetch('SERVICE/products/product-1', {mode: 'no-cors'}),
  fetch('SERVICE/products/product-1/stock', {method: 'POST', mode: 'no-cors', body: 'BODY'}),
  fetch('SERVICE/products/product-1/stock', {method: 'POST', headers: HEADERS, body: 'BODY'})
]).then(results => results.map(result => result.status))"""

# Types a word into the filter of the documentation; React hears of it by the event.
TYPE = """(() => {
  const input = document.querySelector('.operation-filter-input');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, 'WORD');
  input.dispatchEvent(new Event('input', {bubbles: true}));
})()"""
FIND = "document.querySelector('WHAT')"
COUNT = "document.querySelectorAll('.opblock').length"
CONTRAST = pathlib.Path(__file__).with_name("contrast.js").read_text()
# What WCAG asks of large text; of Swagger UI's small numbers, too, more cannot be had.
CONTRAST_MIN = 3


class Browser:
    """A headless Chromium, spoken to by its DevTools protocol."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--remote-debugging-port=0",
             "--remote-allow-origins=*", f"--user-data-dir={folder}",
             "--host-resolver-rules=MAP attacker.example 127.0.0.1", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(folder, "DevToolsActivePort")
        until(lambda: port_file.exists() and len(port_file.read_text().splitlines()) == 2)
        port, path = port_file.read_text().splitlines()
        self.numbers = itertools.count(1)
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}{path}", timeout=PATIENCE)

    def call(self, method, session=None, **parameters):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def open(self, url):
        """A page, once it is there."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        page = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        until(lambda: self.run(page, "document.readyState + location.href") == f"complete{url}")
        return page

    def run(self, page, script):
        answer = self.call("Runtime.evaluate", page, expression=script, awaitPromise=True,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(PATIENCE)


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the browser does not come to it")
        time.sleep(0.05)


def settled(read, wanted):
    """What is read once it is wanted, or else in the end."""
    with contextlib.suppress(TimeoutError):
        until(lambda: read() in wanted)
    return read()


def read_documentation(browser, service, expect):
    page = browser.open(f"{service}/docs")
    until(lambda: browser.run(page, COUNT))
    every = browser.run(page, COUNT)
    for word, wanted in (("order", range(2, every)), ("PATCH", range(2, every)),
                         ("placeOrder", range(1, every)), ("no such call", range(1)),
                         ("", range(every, every + 1))):
        browser.run(page, TYPE.replace("WORD", word))
        found = settled(lambda: browser.run(page, COUNT), wanted)
        expect(f"the filter finds calls by '{word}' ({found} of {every})", found in wanted, True)

    page = browser.open("about:blank")
    for scheme in ("light", "dark"):
        browser.call("Emulation.setEmulatedMedia", page,
                     features=[{"name": "prefers-color-scheme", "value": scheme}])
        for path, landmark in (("/docs", ".opblock-summary-control"), ("/docs/errors", "section")):
            browser.run(page, f"location.href = '{service}{path}'")
            until(lambda: browser.run(page, f"location.pathname + Boolean({FIND})".replace(
                "WHAT", landmark)) == f"{path}true")
            if path == "/docs":
                browser.run(page, f"{FIND}.click()".replace("WHAT", landmark))
                until(lambda: browser.run(page, f"Boolean({FIND})".replace("WHAT", ".response")))
            ground = browser.run(page, "getComputedStyle(document.body).backgroundColor")
            is_dark = max(map(int, re.findall(r"\d+", ground)[:3])) < 64
            expect(f"a {scheme} {path} is dark", is_dark, scheme == "dark")
            # The colours of a light page are Swagger UI's own.
            if scheme == "dark":
                lowest = browser.run(page, CONTRAST)
                expect(f"each text of a dark {path} can be read (contrast {lowest:.2f})",
                       lowest >= CONTRAST_MIN, True)


class ForeignPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>foreign</title>")

    def log_message(self, *_):
        pass


def get(url):
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return answer.read().decode()


def main():
    service = sys.argv[1].rstrip("/")
    port = service.rsplit(":", 1)[1]

    def stock():
        return json.loads(get(f"{service}/products/product-1"))["stock"]

    def kept_out():
        metrics = get(f"{service}/metrics")
        return int(re.search(r'not_admitted_total\{reason="foreign"\} (\d+)', metrics)[1])

    failures = []

    def expect(what, seen, wanted):
        print(f"{'ok' if seen == wanted else 'NOT OK'}: {what}: {seen}")
        if seen != wanted:
            failures.append(what)

    foreign = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ForeignPage)
    threading.Thread(target=foreign.serve_forever, daemon=True).start()
    folder = tempfile.mkdtemp()
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        browser = Browser(folder)
        stack.callback(browser.close)
        for host in ("127.0.0.1", "localhost"):
            page = browser.open(f"http://{host}:{port}/docs")
            expect(f"a page of {host} reads and changes", browser.run(page, USE), [200, 200])
        before, refused_before = stock(), kept_out()

        page = browser.open(f"http://attacker.example:{port}/docs")
        expect("a page with a rebound name does neither", browser.run(page, USE), [421, 421])
        # Chromium asks again after a 421, once, on another connection.
        refused = kept_out()
        expect("the service has refused it", refused - refused_before in (2, 4), True)

        page = browser.open(f"http://127.0.0.1:{foreign.server_port}/")
        script = MISUSE.replace("SERVICE", service).replace("BODY", BODY)
        script = script.replace("HEADERS", HEADERS)
        # Opaque answers to the simple requests; the other one fails at what it asks before.
        expect("a foreign page sees nothing", browser.run(page, script),
               ["fulfilled", "fulfilled", "rejected"])
        expect("the service has refused its simple requests, too", kept_out() - refused, 2)
        expect("no stock has changed", stock() - before, 0)

        browser.run(page, f"location.href = '{service}/docs'")
        until(lambda: browser.run(page, "document.title") not in ("", "foreign"))
        expect("a link from it to the documentation works",
               browser.run(page, "location.pathname"), "/docs")
        read_documentation(browser, service, expect)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
