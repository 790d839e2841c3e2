"""Every screen in both colour schemes and three widths: what axe finds, and the pictures."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .support import BrowserTests, until

# By name; the proof is there once the screen is.
SCREENS = {
    "orders": ("/console/orders", ".rows .row"),
    "order": ("/console/orders/{number}", ".timeline li"),
    "pick": ("/console/pick", ".pick-lines li"),
    "stock": ("/console/stock?open=keyboard", ".panel table"),
    "customers": ("/console/customers/demo-1", ".panel th a"),
    "report": ("/console/report", ".chart .bar"),
    "tokens": ("/console/tokens", ".tokens tbody tr"),
    "system": ("/console/system", ".tile"),
}
STANDARDS = {"runOnly": {"type": "tag", "values": [
    "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


class ScreenTests(BrowserTests):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        number = 0
        for customer in range(1, 6):
            for product, quantity in (("keyboard", 1), ("mouse", 2), ("lamp", 1), ("headset", 1)):
                number += 1
                order = cls.service.place(
                    f"demo-{customer}", reference=f"PO-{1000 + number}", note="Ring twice",
                    tags=["gift"] if number % 3 == 0 else None,
                    items=[{"product_id": product, "quantity": quantity},
                           {"product_id": "cable-usb", "quantity": number % 4 + 1}],
                    ship_to={"name": f"Demo Customer {customer}",
                             "lines": [f"Demo Street {customer}"], "postal_code": "12345",
                             "city": "Demo Town", "country": "DE"})
                for status in ("in_progress", "completed")[:number % 3]:
                    cls.service.call("PATCH", f"/orders/{order['id']}/status", {"status": status})
                # One that has a history and may still change.
                if number % 3 == 1:
                    cls.order = cls.service.call(
                        "PATCH", f"/orders/{order['id']}/shipping",
                        {"carrier": "Demo Carrier", "tracking_number": f"1Z-{number}"})
        # Each of them has completed one.
        until(lambda: len(cls.service.call("GET", "/reports/customers")["items"]) == 5)

    def examine(self, page, what):
        found = Axe().run(page, options=STANDARDS).response["violations"]
        self.assertEqual([(what, one["id"], [node["html"][:160] for node in one["nodes"]])
                          for one in found], [])

    def open(self, page, name):
        path, proof = SCREENS[name]
        self.visit(page, path.format(number=self.order["number"]))
        expect(page.locator(proof).first).to_be_visible()
        self.settle(page)

    def test_axe_finds_nothing_in_light_and_dark(self):
        for scheme in ("light", "dark"):
            page = self.page(scheme=scheme)
            page.goto(f"{self.service.url}/console")
            expect(page.get_by_label("Token")).to_be_visible()
            self.examine(page, f"log-in {scheme}")
            self.picture(page, f"log-in-{scheme}")
            self.log_in(page)
            for name in SCREENS:
                with self.subTest(screen=name, scheme=scheme):
                    self.open(page, name)
                    self.examine(page, f"{name} {scheme}")
                    self.picture(page, f"{name}-{scheme}")
            self.assert_clean(page)

    def test_axe_finds_nothing_in_dialogs(self):
        page = self.log_in(self.page())
        for screen, button in (("orders", "Filters"), ("orders", "Columns"), ("orders", "Views"),
                               ("order", "Ship"), ("order", "Edit: Goes to"), ("stock", "Adjust"),
                               ("customers", "New customer"), ("tokens", "New token")):
            with self.subTest(button):
                self.open(page, screen)
                page.get_by_role("button", name=button).first.click()
                expect(page.get_by_role("dialog")).to_be_visible()
                self.examine(page, button)
                page.keyboard.press("Escape")
                expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("?")
        self.examine(page, "keys")

    def test_narrow_and_enlarged_pages_need_no_sideways_scrolling(self):
        # 640 pixels at 200 % are 320 of the style sheet.
        for size in ("tablet", "phone"):
            page = self.log_in(self.page(size=size, has_touch=True))
            for name in SCREENS:
                with self.subTest(screen=name, size=size):
                    self.open(page, name)
                    self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"),
                                         page.evaluate("innerWidth"))
                    self.examine(page, f"{name} {size}")
                    if size == "phone" and name in ("orders", "pick"):
                        self.picture(page, f"{name}-phone")

    def test_german_is_whole(self):
        page = self.page()
        page.add_init_script("localStorage.setItem('waybill-language', 'de')")
        page.goto(f"{self.service.url}/console")
        page.get_by_label("Token").fill(self.service.tokens["admin"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation")).to_be_visible()
        for name in SCREENS:
            with self.subTest(name):
                self.open(page, name)
                self.assertEqual(page.evaluate("document.documentElement.lang"), "de")
                for word in ("Orders", "Customers", "Report", "Loading"):
                    self.assertNotRegex(page.locator("main").inner_text(), rf"\b{word}\b")

    def test_times_are_of_the_zone_and_exact_on_hover(self):
        page = self.log_in(self.page())
        self.open(page, "order")
        moment = page.locator(".facts time").first
        self.assertRegex(moment.get_attribute("title"),
                         r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$")
        hour = int(moment.get_attribute("datetime")[11:13])
        shown = int(moment.inner_text().split()[-1].split(":")[0])
        self.assertIn((shown - hour) % 24, (1, 2), "Berlin is an hour or two ahead of UTC")

    def test_the_colours_can_be_chosen(self):
        page = self.log_in(self.page(scheme="light"))
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("Colours").select_option("dark")
        page.keyboard.press("Escape")
        page.reload()
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        self.assertLess(max(int(part) for part in ground[4:-1].split(",")), 64, ground)

    def test_a_packing_slip_is_printed_alone(self):
        page = self.log_in(self.page(), path=f"/console/orders/{self.order['number']}")
        page.evaluate("void (window.print = () => {})")
        page.get_by_role("button", name="Packing slip").click()
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".slip")).to_be_visible()
        expect(page.locator(".slip")).to_contain_text("Demo Street 5")
        self.assertEqual(page.locator("nav:visible, main:visible").count(), 0)
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        self.assertEqual(ground, "rgb(255, 255, 255)")
        self.picture(page, "packing-slip")
