"""What people do with the console, from log-in to shipped: with keys alone, and with a finger."""

from playwright.sync_api import expect

from .support import BrowserTests


class JourneyTests(BrowserTests):
    def prepare(self, name):
        customer = self.service.call("POST", "/customers", {
            "name": name, "email": "caller@example.org", "ship_to": {
                "name": name, "lines": ["Demo Street 7"], "postal_code": "12345",
                "city": "Demo Town", "country": "DE"}})
        return self.service.place(customer["id"], note="Ring twice", items=[
            {"product_id": "keyboard", "quantity": 2}, {"product_id": "mouse", "quantity": 1}])

    def assert_shipped(self, order, quantity, carrier, tracking):
        now = self.service.call("GET", f"/orders/{order['id']}")
        self.assertEqual(now["status"], "completed")
        self.assertEqual(now["items"][0]["quantity"], quantity)
        self.assertEqual((now["shipping"]["carrier"], now["shipping"]["tracking_number"]),
                         (carrier, tracking))

    def test_keys_alone_from_log_in_to_shipped(self):
        order = self.prepare("Demo Caller Eleven")
        page = self.page()
        key = page.keyboard
        page.goto(f"{self.service.url}/console")
        expect(page.get_by_label("Token")).to_be_focused()
        self.picture(page, "journey-1-log-in")
        key.insert_text(self.service.tokens["admin"])
        key.press("Enter")

        # Somebody is on the phone and says their name.
        expect(page.locator(".rows .row a").first).to_be_visible()
        key.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        key.type("caller eleven")
        link = page.get_by_role("link", name=f"#{order['number']}", exact=True)
        expect(page.locator(".rows .row:visible")).to_have_count(1)
        self.picture(page, "journey-2-found")
        key.press("Escape")
        key.press("j")
        expect(link).to_be_focused()
        key.press("Enter")
        expect(page.get_by_role("heading", name=f"#{order['number']}")).to_be_visible()
        self.picture(page, "journey-3-order")

        # They want three keyboards, not two.
        key.press("e")
        expect(page.get_by_label("Quantity of Keyboard")).to_be_focused()
        key.type("3")
        self.picture(page, "journey-4-edit")
        key.press("Enter")
        expect(page.get_by_text(f"#{order['number']} is saved.")).to_be_visible()
        expect(page.locator("tfoot")).to_contain_text("169.60")

        # In the warehouse: the number is scanned, then three keys.
        key.press("g")
        key.press("p")
        expect(page.get_by_role("heading", name="Pick")).to_be_visible()
        key.type(str(order["number"]))
        key.press("Enter")
        card = page.locator(".pick-card")
        expect(card.get_by_role("heading", name=f"#{order['number']}")).to_be_visible()
        self.picture(page, "journey-5-pick")
        key.press("Escape")
        key.press("s")
        expect(card.get_by_role("button", name="Packed")).to_be_enabled()
        key.press("p")
        expect(card.get_by_label("Carrier")).to_be_visible()
        card.get_by_label("Carrier").focus()
        key.insert_text("Demo Carrier")
        key.press("Tab")
        key.insert_text("1Z-11")
        self.picture(page, "journey-6-ship")
        key.press("Escape")
        key.press("d")
        expect(page.get_by_text(f"#{order['number']}: Completed")).to_be_visible()
        self.assert_shipped(order, 3, "Demo Carrier", "1Z-11")
        self.assert_clean(page)

    def test_a_finger_at_a_tablet_from_log_in_to_shipped(self):
        order = self.prepare("Demo Caller Twelve")
        page = self.page(size="tablet", has_touch=True)
        page.goto(f"{self.service.url}/console")
        page.get_by_label("Token").tap()
        page.keyboard.insert_text(self.service.tokens["admin"])
        page.get_by_role("button", name="Log in").tap()

        page.get_by_role("searchbox").tap()
        page.keyboard.type("caller twelve")
        expect(page.locator(".rows .row:visible")).to_have_count(1)
        page.locator(".rows .row:visible .cell").nth(3).tap()
        page.get_by_role("button", name="Edit quantities").tap()
        page.get_by_label("Quantity of Keyboard").fill("1")
        page.get_by_role("button", name="Save").tap()
        expect(page.get_by_text(f"#{order['number']} is saved.")).to_be_visible()

        page.get_by_role("link", name="Pick").tap()
        page.get_by_label("Scan or type").tap()
        page.keyboard.type(str(order["number"]))
        page.get_by_role("button", name="Go").tap()
        card = page.locator(".pick-card")
        expect(card.get_by_role("heading", name=f"#{order['number']}")).to_be_visible()
        for name in ("Start", "Packed", "Ship"):
            button = card.get_by_role("button", name=name, exact=True)
            expect(button).to_be_enabled()
            box = button.bounding_box()
            self.assertGreaterEqual(min(box["width"], box["height"]), 44, f"{name} is small")
            if name == "Ship":
                card.get_by_label("Carrier").fill("Demo Carrier")
                card.get_by_label("Tracking number").fill("1Z-12")
                self.picture(page, "journey-tablet-ship")
            button.tap()
        expect(page.get_by_text(f"#{order['number']}: Completed")).to_be_visible()
        self.assert_shipped(order, 1, "Demo Carrier", "1Z-12")
        self.assert_clean(page)

    def test_a_scanner_ticks_off_units(self):
        order = self.prepare("Demo Caller Thirteen")
        page = self.log_in(self.page(), "warehouse", "/console/pick")
        scan = page.get_by_label("Scan or type")
        scan.fill(f"#{order['number']}")
        scan.press("Enter")
        card = page.locator(".pick-card")
        expect(card.get_by_role("heading", name=f"#{order['number']}")).to_be_visible()
        card.get_by_role("button", name="Start").click()
        expect(card.get_by_role("button", name="Packed")).to_be_enabled()
        for text, ticks in (("keyboard", ["1/2", ""]), ("KEYBOARD", ["✓", ""]), ("mouse", ["✓", "✓"])):
            scan.fill(text)
            scan.press("Enter")
            expect(card.locator(".pick-tick")).to_have_text(ticks)
        expect(card.get_by_role("button", name="Ship", exact=True)).to_be_enabled()
        scan.fill("no-such-thing")
        scan.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("no-such-thing")

    def test_an_order_goes_out_in_two_parcels(self):
        order = self.prepare("Demo Caller Fourteen")
        page = self.log_in(self.page(), "warehouse", f"/console/orders/{order['number']}")
        dialog = page.get_by_role("dialog")
        for tracking, keyboards in (("P-1", 1), ("P-2", None)):
            page.get_by_role("button", name="Ship").click()
            dialog.get_by_label("Carrier").fill("Demo Carrier")
            dialog.get_by_label("Tracking number").fill(tracking)
            if keyboards:
                dialog.get_by_label("Keyboard").fill(str(keyboards))
            dialog.get_by_role("button", name="Ship").click()
            expect(page.locator(".parcels")).to_contain_text(tracking)
        expect(page.get_by_text("3 / 3")).to_be_visible()
        parcels = self.service.call("GET", f"/orders/{order['id']}/shipments")["items"]
        self.assertEqual([parcel["quantity"] for parcel in parcels], [2, 1])

    def test_many_are_moved_each_with_a_result(self):
        orders = [self.service.place("demo-1", reference=f"MANY-{n}") for n in range(3)]
        gone = self.service.call("DELETE", f"/orders/{orders[1]['id']}")
        page = self.log_in(self.page(), path="/console/orders?q=many")
        expect(page.locator(".rows .row:visible")).to_have_count(3)
        for _ in range(3):
            page.keyboard.press("j")
            page.keyboard.press("x")
        expect(page.get_by_text("3 chosen")).to_be_visible()
        page.get_by_role("button", name="Start", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Start").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("2 of 3 done.")
        expect(dialog.get_by_role("row", name=f"#{gone['number']}")).to_contain_text("cancelled")
        self.picture(page, "many")
        # The answer has what they are now: nothing is read again.
        read = [url for url in self.requests if f"/orders/{orders[0]['id']}" in url]
        self.assertEqual(read, [])
        dialog.get_by_role("button", name="Close").last.click()
        expect(page.locator(".rows .badge.in_progress")).to_have_count(2)

    def test_customers_of_a_page_are_asked_for_at_once(self):
        ids = ["a&b=c", "100%", "with,comma"]
        for id in ids:
            self.service.call("POST", "/customers", {"id": id, "name": f"Called {id}"})
            self.service.place(id, reference=f"NAMED-{len(id)}")
        self.service.place("demo-3", reference="NAMED-0")
        page = self.log_in(self.page(), "retailer", "/console/orders?q=named")
        rows = page.locator(".rows .row:visible")
        for name in ("Called a&b=c", "Called 100%", "Demo Customer 3"):
            expect(rows.filter(has_text=name)).to_have_count(1)
        # It cannot be named among others.
        expect(rows.filter(has_text="with,comma")).to_have_count(1)
        asked = [url for url in self.requests if "/customers" in url and "/console" not in url]
        self.assertEqual(len(asked), 1, asked)
        # Who gets another name is shown by it.
        self.service.call("PATCH", "/customers/demo-3", {"name": "Demo Customer Three"})
        expect(rows.filter(has_text="Demo Customer Three")).to_have_count(1)

    def test_a_long_history_is_shown_in_parts(self):
        order = self.service.place()
        for number in range(230):
            self.service.call("PATCH", f"/orders/{order['id']}", {"note": f"Note {number}"})
        page = self.log_in(self.page(), path=f"/console/orders/{order['number']}")
        steps = page.locator(".timeline li")
        expect(steps).to_have_count(200)
        page.get_by_role("button", name="Show later ones").click()
        expect(steps).to_have_count(231)
        expect(page.get_by_role("button", name="Show later ones")).to_be_hidden()
        expect(steps.last).to_contain_text("Placed")

    def test_stock_is_adjusted_with_a_reason(self):
        page = self.log_in(self.page(), "warehouse", "/console/stock?open=lamp")
        before = self.service.call("GET", "/products/lamp")["stock"]
        page.get_by_role("button", name="Adjust").click()
        page.get_by_label("Change").fill("-2")
        page.get_by_label("Reason").fill("damaged")
        page.get_by_role("dialog").get_by_role("button", name="Adjust").click()
        expect(page.get_by_label("Movements")).to_contain_text("damaged")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("button", name="Stock take").click()
        page.get_by_label("Counted").fill("40")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_label("Movements")).to_contain_text("Stock take")
        expect(page.locator(".panel .figure strong")).to_have_text("40")
        movements = self.service.call("GET", "/products/lamp/stock?limit=2")["items"]
        self.assertEqual([one["delta"] for one in movements], [40 - (before - 2), -2])

    def test_a_refusal_is_shown_in_its_own_words(self):
        order = self.service.place()
        page = self.log_in(self.page(), path=f"/console/orders/{order['number']}")
        page.get_by_role("button", name="Edit quantities").click()
        page.get_by_label("Quantity of Product 1").fill("1000000")
        page.get_by_role("button", name="Save").click()
        refusal = page.get_by_role("alert")
        expect(refusal).to_contain_text(f"Editing #{order['number']}: product-1 × 1000000")
        expect(refusal).to_contain_text("Out of stock")

    def test_everything_stands_in_the_address(self):
        query = "status=new&channel=api&cols=number,status,tags"
        page = self.log_in(self.page(), path=f"/console/orders?{query}")
        moving = page.get_by_role("button", name="In progress")
        expect(page.locator("[data-value=new]")).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("columnheader", name="Tags")).to_be_visible()
        moving.click()
        page.wait_for_url("**/console/orders?status=new%2Cin_progress*")
        page.reload()
        expect(moving).to_have_attribute("aria-pressed", "true")
        page.go_back()
        expect(moving).to_have_attribute("aria-pressed", "false")

    def test_going_back_leads_to_the_row_that_was_opened(self):
        for _ in range(40):
            self.service.place()
        page = self.log_in(self.page())
        expect(page.locator(".rows .row a").first).to_be_visible()
        for _ in range(30):
            page.keyboard.press("j")
        row = page.locator(".rows a:focus").text_content()
        place = page.evaluate("scrollY")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=row)).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".rows a:focus")).to_have_text(row)
        self.assertEqual(page.evaluate("scrollY"), place)
        # On and on without the mouse.
        page.keyboard.press("j")
        expect(page.locator(".rows a:focus")).not_to_have_text(row)

    def test_a_view_is_saved_and_used(self):
        page = self.log_in(self.page(), "retailer", "/console/orders?status=cancelled")
        page.get_by_role("button", name="Views").click()
        page.get_by_role("button", name="Save this view").click()
        page.get_by_label("Name").fill("Gone")
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(page.get_by_text("The view Gone is saved.")).to_be_visible()
        self.visit(page, "/console/orders")
        page.get_by_role("button", name="Views").click()
        page.get_by_role("button", name="Gone").first.click()
        page.wait_for_url("**/console/orders?status=cancelled")

    def test_every_view_is_in_the_menu(self):
        # As many as somebody can see: 100 of their own, and 200 that are shared.
        owners = [(self.service.make_token("admin"), True), (self.service.make_token("admin"), True),
                  (self.service.make_token("retailer"), False)]
        mine = owners[-1][0]
        free = 200 - sum(one["shared"] for one in self.service.call("GET", "/views")["items"])
        for token, is_shared in owners:
            for number in range(min(100, free) if is_shared else 100):
                free -= is_shared
                self.service.call("POST", "/views", {
                    "name": f"View {token[3:9]} {number}", "screen": "orders", "query": "q=x",
                    "shared": is_shared}, token=token)
        page = self.log_in(self.page(), token=mine)
        page.get_by_role("button", name="Views").click()
        expect(page.locator("dialog .view")).to_have_count(300)

    def test_keys_can_be_switched_off(self):
        page = self.log_in(self.page())
        self.read(page)
        page.keyboard.press("?")
        page.get_by_label("Use single keys").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("s")
        # The address changes with the key, before the screen does.
        self.assertTrue(page.url.endswith("/console/orders"), page.url)
        page.reload()
        self.read(page)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_have_count(0)
