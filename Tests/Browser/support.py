"""A service of its own, a browser, and what every page of it is watched for."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from playwright.sync_api import expect, sync_playwright

PROGRAM = os.environ.get("WAYBILL", ".build/debug/waybill")
# Where the pictures of the documentation go; none are made without it.
PICTURES = os.environ.get("WAYBILL_PICTURES")
PATIENCE = 30  # seconds for anything that should happen at once
SIZES = {"desktop": (1280, 800), "tablet": (768, 1024), "phone": (320, 640)}
expect.set_options(timeout=PATIENCE * 1000)

# What a page remembers of itself: breaches of its policy, and when it could be used.
WATCH = """
window.breaches = [];
document.addEventListener('securitypolicyviolation', (event) =>
  breaches.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
const look = new MutationObserver(() => {
  if (!document.querySelector('.rows .row a[href]')) return;
  window.usable = performance.now();
  look.disconnect();
});
look.observe(document, { childList: true, subtree: true });
"""

# Goes to an address. Another screen is another element; the same one changes at once.
GO = """(path) => {
  const screen = () => /console.(orders.[^/]+|[^/]*)/.exec(location.pathname)[1];
  const before = screen();
  history.pushState(null, '', path);
  window.left = screen() === before ? null : document.querySelector('main').firstElementChild;
  dispatchEvent(new Event('waybill-route'));
}"""
ARRIVED = "document.querySelector('main').firstElementChild !== window.left"


def until(condition, what="it"):
    end = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"{what} has not come about in {PATIENCE} s")
        time.sleep(0.02)


class Service:
    """`waybill serve` with a private database, and tokens for each role."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="waybill-browser-")
        # PostgreSQL does not run as root, and its user must be able to enter.
        os.chmod(self.folder, 0o711)
        self.settings = {
            "PATH": os.environ["PATH"], "WAYBILL_HOME": f"{self.folder}/home", "PORT": "0",
            "WAYBILL_AUTH": "tokens", "LOG_LEVEL": "notice", "LOG_FORMAT": "json",
            "WAYBILL_REPORT_REFRESH_SECONDS": "5",
        }
        self.log = open(f"{self.folder}/log", "w+b")
        self.process = subprocess.Popen(
            [PROGRAM, "serve"], env=self.settings, stdout=self.log, stderr=subprocess.STDOUT)
        self.url = until(self.address, "the service")
        self.tokens = {role: self.make_token(role) for role in ("admin", "retailer", "warehouse")}

    def address(self):
        if self.process.poll() is not None:
            raise RuntimeError(pathlib.Path(self.log.name).read_text())
        text = pathlib.Path(self.log.name).read_text()
        found = re.search(r'listening.*?(http://[^"]+)', text)
        return found and found[1]

    def make_token(self, role, name=None):
        answer = subprocess.run(
            [PROGRAM, "token", "create", "--role", role, "--name", name or f"{role} of the tests"],
            env=self.settings, capture_output=True, text=True, check=True)
        return re.search(r"wb_[0-9a-f]{64}", answer.stdout)[0]

    def call(self, method, path, body=None, role="admin", token=None):
        request = urllib.request.Request(
            self.url + path, None if body is None else json.dumps(body).encode(), method=method,
            headers={"Content-Type": "application/json",
                     "Authorization": f"Bearer {token or self.tokens[role]}"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def place(self, customer="demo-1", **more):
        order = {"customer_id": customer, "items": [{"product_id": "product-1", "quantity": 2}]}
        return self.call("POST", "/orders", order | more)

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Line:
    """A line to the service that can be cut: then what passes through it ends."""

    def __init__(self, url):
        self.target = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.is_cut = False
        self.open = set()
        self.ever = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                self.ever.append(near)
                if self.is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self.target)
                self.ever.append(far)
                for one, other in ((near, far), (far, near)):
                    self.open.add(one)
                    threading.Thread(target=self.pump, args=(one, other), daemon=True).start()

    def pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
        for one in (source, sink):
            self.open.discard(one)
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.is_cut = True
        for one in list(self.open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self):
        self.is_cut = False

    def close(self):
        self.cut()
        self.listener.close()
        for one in self.ever:
            one.close()


class BrowserTests(unittest.TestCase):
    """One service and one browser for all tests; a context, as if another person's, for each."""

    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        cls.chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        cls.addClassCleanup(cls.chromium.close)

    def setUp(self):
        self.requests = []
        self.problems = []

    def tearDown(self):
        own = ("http://127.0.0.1:", "blob:http://127.0.0.1:", "data:")
        foreign = [url for url in self.requests if not url.startswith(own)]
        self.assertEqual(foreign, [], "requests to other hosts")
        self.assertEqual(self.problems, [], "problems of the page")

    def context(self, size="desktop", scheme="light", **more):
        width, height = SIZES[size]
        context = self.chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="en-GB",
            timezone_id="Europe/Berlin", **more)
        context.add_init_script(WATCH)
        context.on("request", lambda request: self.requests.append(request.url))
        self.addCleanup(context.close)
        return context

    def page(self, context=None, **more):
        page = (context or self.context(**more)).new_page()
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        # What the policy forbids is told there as well. Refusals are part of the tests.
        page.on("console", lambda message: message.type == "error"
                and "Failed to load resource" not in message.text
                and "net::ERR" not in message.text
                and self.problems.append(message.text))
        return page

    def log_in(self, page, role="admin", path="/console/orders", base=None, token=None):
        page.goto(f"{base or self.service.url}{path}")
        page.get_by_label("Token").fill(token or self.service.tokens[role])
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation")).to_be_visible()
        return page

    def visit(self, page, path):
        """Goes there as a link would, and is back once its screen is there."""
        page.evaluate(GO, path)
        until(lambda: page.evaluate(ARRIVED), f"the screen of {path}")

    def live(self, page):
        """Until the page hears of what others do, and has read what is there already."""
        expect(page.locator(".lamp[data-state=live]")).to_be_visible()
        self.read(page)

    def read(self, page):
        """Until what the screen shows has been read."""
        expect(page.locator("main h1")).to_be_visible()
        expect(page.locator("main .loading, main .stale")).to_have_count(0)

    def settle(self, page):
        """Until nothing is loading and nothing is drawn any more."""
        self.read(page)
        page.wait_for_load_state("load")
        page.evaluate("() => new Promise((done) => setTimeout(done, 150))")

    def assert_clean(self, page):
        self.assertEqual(page.evaluate("breaches"), [], "breaches of the policy")

    def picture(self, page, name, **more):
        if PICTURES:
            pathlib.Path(PICTURES).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{PICTURES}/console-{name}.png", animations="disabled", **more)
