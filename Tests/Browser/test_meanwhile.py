"""What happens while something else is not done yet: an answer, a word that is typed, a screen."""

import json
import re

from playwright.sync_api import expect

from .support import BrowserTests, Line, until


class MeanwhileTests(BrowserTests):
    def hold(self, page, pattern):
        """Keeps requests back; answers them as a list, each to be let through or not."""
        held = []
        page.route(pattern, lambda route: held.append(route))
        return held

    def arrived(self, page, held, count=1):
        # Routes are heard of while the page is asked something.
        until(lambda: page.evaluate("0") or len(held) >= count, "the request")

    def test_keys_of_a_screen_that_was_left_do_nothing(self):
        order = self.service.place()
        page = self.log_in(self.page(), path=f"/console/orders/{order['number']}")
        self.read(page)
        page.evaluate("void (window.print = () => { window.printed = true })")
        page.route("**/report.js", lambda route: route.abort())
        page.get_by_role("link", name="Report").click()
        expect(page.get_by_role("alert")).to_contain_text("Reading Report")
        page.keyboard.press("p")
        self.assertIsNone(page.evaluate("window.printed ?? null"))

    def test_a_search_ends_with_its_screen(self):
        page = self.log_in(self.page(), path="/console/customers")
        self.read(page)
        page.clock.install()
        page.get_by_role("searchbox").fill("somebody")
        page.get_by_role("link", name="Stock").click()
        expect(page.get_by_role("heading", name="Stock")).to_be_visible()
        page.clock.run_for(1000)
        self.assertTrue(page.url.endswith("/console/stock"), page.url)

    def test_where_events_were_missed_the_list_and_what_is_open_are_read_again(self):
        for path, shown in (
            ("/console/stock?open=product-1", ["/products?limit=50&in_stock=false", "/products/product-1"]),
            ("/console/customers/customer-1", ["/customers?limit=50", "/customers/customer-1"]),
        ):
            with self.subTest(path):
                line = Line(self.service.url)
                self.addCleanup(line.close)
                page = self.log_in(self.page(), base=line.url, path=path)
                self.read(page)
                self.live(page)
                asked = []
                page.on("request", lambda request: asked.append(request.url.removeprefix(line.url)))
                told = []

                def tell(route):
                    # Only a service that is reached says that events were missed.
                    if line.is_cut:
                        route.abort()
                    elif told:
                        route.continue_()
                    else:
                        told.append(route)
                        route.fulfill(status=409, body="{}")

                page.route("**/events?*", tell)
                line.cut()
                expect(page.locator(".lamp[data-state=cut]")).to_be_visible()
                line.mend()
                self.live(page)
                until(lambda: page.evaluate("0") or set(shown) <= set(asked), f"reading {shown}")

    def test_a_history_is_shown_once(self):
        order = self.service.place()
        page = self.page()
        held = self.hold(page, "**/orders/*/events?*")
        self.log_in(page, path=f"/console/orders/{order['number']}")
        self.arrived(page, held)
        for _ in range(2):
            page.get_by_role("button", name="Edit quantities").click()
            page.get_by_role("button", name="Back", exact=True).click()
        self.arrived(page, held)
        for route in held:
            route.continue_()
        expect(page.locator(".timeline li")).to_have_count(1)

    def test_what_is_in_the_list_is_no_news(self):
        page = self.page()
        held = self.hold(page, re.compile(r"/orders\?.*limit=50"))
        self.log_in(page)
        expect(page.locator(".lamp[data-state=live]")).to_be_visible()
        self.arrived(page, held)
        order = self.service.place()
        expect(page.get_by_role("button", name="1 new order")).to_be_visible()
        held[0].continue_()
        expect(page.locator(".rows .row:visible").first).to_contain_text(f"#{order['number']}")
        expect(page.locator(".news")).to_be_hidden()

    def test_a_number_scanned_twice_stands_once_in_the_queue(self):
        order = self.service.place()
        page = self.page()
        page.route("**/orders?status=*", lambda route: route.fulfill(
            content_type="application/json", body=json.dumps({"items": [], "next": None})))
        held = self.hold(page, f"**/orders/{order['number']}")
        self.log_in(page, "warehouse", "/console/pick")
        self.read(page)
        scan = page.get_by_label("Scan or type")
        for _ in range(2):
            scan.fill(str(order["number"]))
            scan.press("Enter")
        self.arrived(page, held, 2)
        for route in held:
            route.continue_()
        expect(page.locator(".queue li")).to_have_count(1)
        expect(page.locator(".pick-card")).to_contain_text(f"#{order['number']}")

    def test_what_is_typed_about_a_parcel_stays(self):
        orders = [self.service.place() for _ in range(2)]
        page = self.log_in(self.page(), "warehouse", "/console/pick")
        self.live(page)
        scan = page.get_by_label("Scan or type")
        scan.fill(str(orders[0]["number"]))
        scan.press("Enter")
        card = page.locator(".pick-card")
        expect(card).to_contain_text(f"#{orders[0]['number']}")
        card.get_by_role("button", name="Start").click()
        card.get_by_role("button", name="Packed").click()
        tracking = card.get_by_label("Tracking number")
        tracking.press_sequentially("1Z-")
        # Somebody else starts an order of the queue, and writes a note on this one.
        self.service.call("PATCH", f"/orders/{orders[1]['id']}/status", {"status": "in_progress"})
        self.service.call("PATCH", f"/orders/{orders[0]['id']}", {"note": "Ring twice"})
        expect(card).to_contain_text("Ring twice")
        page.keyboard.type("13")
        expect(tracking).to_have_value("1Z-13")

    def test_names_are_asked_for_in_addresses_that_can_be_read(self):
        sample = self.service.place()
        ids = [f"{number:03}" + "ä(" * 120 for number in range(40)]
        orders = [sample | {"id": f"{sample['id'][:-3]}{number:03}", "customer_id": id}
                  for number, id in enumerate(ids)]
        page = self.page()
        asked = []

        def answer(route):
            asked.append(route.request.url)
            route.fulfill(content_type="application/json", body=json.dumps({"items": []}))

        page.route(re.compile(r"/orders\?.*limit="), lambda route: route.fulfill(
            content_type="application/json", body=json.dumps({"items": orders, "next": None})))
        page.route(re.compile(r"/customers\?"), answer)
        self.log_in(page)
        until(lambda: page.evaluate("0") or "039" in (asked or [""])[-1], "the last name")
        self.assertLess(len(asked), len(ids))
        self.assertLessEqual(max(len(url) - len(self.service.url) for url in asked), 7_000)
        for id in ids:
            self.assertEqual(sum(f"{id[:3]}%C3%A4" in url for url in asked), 1, id[:3])

    def test_a_change_is_told_by_the_new_name(self):
        self.service.call("POST", "/customers", {"id": "renamed", "name": "Demo Before"})
        page = self.log_in(self.page(), "retailer", "/console/customers/renamed")
        page.get_by_role("button", name="Edit", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("Demo After")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Demo After is saved.")).to_be_visible()

    def test_a_further_page_is_asked_for_once(self):
        for number in range(110):
            self.service.call("POST", "/tokens", {"role": "warehouse", "name": f"tablet {number}"})
        page = self.log_in(self.page(), path="/console/tokens")
        rows = page.locator(".tokens tbody tr")
        expect(rows).to_have_count(100)
        held = self.hold(page, "**/tokens?*cursor=*")
        more = page.get_by_role("button", name="More")
        more.dblclick()
        self.arrived(page, held)
        for route in held:
            route.continue_()
        everything = self.service.call("GET", "/tokens?limit=200")["items"]
        expect(rows).to_have_count(len(everything))
        expect(more).to_have_count(0)
