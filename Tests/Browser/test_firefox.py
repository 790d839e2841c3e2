"""The same page in Firefox: every screen is there, and its console has nothing to say."""

import json
import shutil
import tempfile
import unittest

from .firefox import Firefox
from .support import Service, until

ENTER = "\ue007"
# By address: what is there once the screen is.
SCREENS = {
    "/console/orders": ".rows .row a[href]",
    "/console/orders/1": ".timeline li",
    "/console/pick": ".pick-lines li",
    "/console/stock?open=keyboard": ".panel table",
    "/console/customers/demo-1": ".panel th a",
    "/console/report": ".chart .bar",
    "/console/tokens": ".tokens tbody tr",
    "/console/system": ".tile",
}


class FirefoxTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not shutil.which("firefox-esr"):
            raise unittest.SkipTest("there is no firefox-esr")
        cls.service = Service()
        cls.addClassCleanup(cls.service.close)
        folder = tempfile.mkdtemp(prefix="waybill-firefox-")
        cls.addClassCleanup(shutil.rmtree, folder, ignore_errors=True)
        cls.firefox = Firefox(folder)
        cls.addClassCleanup(cls.firefox.close)

    def shown(self, selector):
        find = f"Boolean(document.querySelector({json.dumps(selector)}))"
        until(lambda: self.firefox.run(find), selector)

    def test_every_screen_is_there_without_an_error(self):
        firefox, service = self.firefox, self.service
        order = service.place(items=[{"product_id": "keyboard", "quantity": 1}])
        for status in ("in_progress", "completed"):
            service.call("PATCH", f"/orders/{order['id']}/status", {"status": status})
        until(lambda: service.call("GET", "/reports/customers")["items"], "the report")
        waiting = service.place()

        firefox.open(f"{service.url}/console")
        self.shown("#token:focus")
        firefox.type(service.tokens["admin"] + ENTER)
        self.shown(".rows .row a[href]")
        self.shown(".lamp[data-state=live]")
        for path, selector in SCREENS.items():
            with self.subTest(path):
                firefox.run(f"""history.pushState(null, '', {json.dumps(path)}),
                    dispatchEvent(new Event('waybill-route'))""")
                self.shown(selector)
                self.assertEqual(firefox.run("document.querySelectorAll('.refusal').length"), 0)

        # Keys, and what others do.
        firefox.type("gp")
        self.shown(".pick-card .steps .primary")
        firefox.type(f"{waiting['number']}{ENTER}")
        self.shown(f".pick-card h2 a[href='/console/orders/{waiting['number']}']")
        firefox.run("document.activeElement.blur()")
        firefox.type("s")
        until(lambda: service.call("GET", f"/orders/{waiting['id']}")["status"] == "in_progress",
              "the order that the key starts")
        firefox.open(f"{service.url}/console/orders")
        self.shown(".lamp[data-state=live]")
        self.shown(".rows .row a[href]")
        service.place()
        self.shown(".news:not([hidden])")
        self.assertEqual([one for one in firefox.said if one[0] in ("error", "warn")], [])
