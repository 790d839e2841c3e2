"""Names are text, whatever they say; and everybody gets the buttons that they may use."""

from playwright.sync_api import expect

from .support import BrowserTests

HOSTILE = ("""<img src=x onerror="window.taken=1">'"><script>window.taken=1</script>"""
           "{{7*7}}${1}\u202eevil &amp;")
FORMULA = "=cmd|' /C calc'!A0"


class SafetyTests(BrowserTests):
    def test_hostile_names_are_text_on_every_screen(self):
        service = self.service
        service.call("POST", "/products", {"id": "hostile", "name": HOSTILE, "description": HOSTILE,
                                           "price": "1.00", "stock": 100})
        service.call("POST", "/customers", {"id": "hostile<b>", "name": HOSTILE, "ship_to": {
            "name": HOSTILE, "lines": [HOSTILE], "city": HOSTILE, "country": "DE"}})
        order = service.place("hostile<b>", reference=f"{FORMULA}1", note=HOSTILE,
                              tags=["<b>tag</b>"], items=[{"product_id": "hostile", "quantity": 1}])
        service.call("PATCH", f"/orders/{order['id']}/shipping",
                     {"carrier": HOSTILE, "tracking_number": HOSTILE})
        service.call("POST", "/products/hostile/stock", {"delta": 1, "reason": HOSTILE})
        service.call("POST", "/tokens", {"role": "warehouse", "name": HOSTILE[:100]})
        service.call("POST", "/views", {"name": HOSTILE[:100], "screen": "orders", "query": "q=x",
                                        "shared": True})
        columns = "number,status,customer,reference,items,carrier,tracking,tags"
        page = self.log_in(self.page())
        for path, proof in (
                (f"/console/orders?q=hostile&cols={columns}", f"#{order['number']}"),
                (f"/console/orders/{order['number']}", "window.taken"),
                ("/console/pick", "Pick"),
                ("/console/stock?open=hostile", "window.taken"),
                ("/console/customers/hostile%3Cb%3E", "window.taken"),
                ("/console/report", "Report"),
                ("/console/tokens", "window.taken"),
                ("/console/system", "Service")):
            with self.subTest(path):
                self.visit(page, path)
                expect(page.locator("main")).to_contain_text(proof)
                self.settle(page)
                self.assertEqual(page.locator("main img, main script, main b").count(), 0)
                self.assertIsNone(page.evaluate("window.taken ?? null"))
        # In the queue it is found by its number, as it is not among the oldest.
        self.visit(page, "/console/pick")
        page.get_by_label("Scan or type").fill(str(order["number"]))
        page.keyboard.press("Enter")
        expect(page.locator(".pick-lines")).to_contain_text("window.taken")
        self.visit(page, "/console/orders")
        page.get_by_role("button", name="Views").click()
        expect(page.get_by_role("dialog")).to_contain_text("window.taken")
        self.assertIsNone(page.evaluate("window.taken ?? null"))
        self.assert_clean(page)

    def test_a_spreadsheet_runs_nothing(self):
        order = self.service.place(reference=FORMULA)
        page = self.log_in(self.page(), path=f"/console/orders?q=%23{order['number']}")
        expect(page.locator(".rows .row:visible")).to_have_count(1)
        page.keyboard.press("j")
        page.keyboard.press("x")
        with page.expect_download() as download:
            page.get_by_role("button", name="Export these").click()
        text = download.value.path().read_text()
        self.assertIn(f"'{FORMULA}", text)
        self.assertNotIn(f",{FORMULA}", text)

    def test_screens_and_buttons_follow_the_role(self):
        order = self.service.place()
        for role, screens, buttons in (
                ("admin", ["Orders", "Pick", "Stock", "Customers", "Report", "Tokens", "System"],
                 {"Start", "Ship", "Edit quantities", "Cancel order"}),
                ("retailer", ["Orders", "Stock", "Customers", "Report"],
                 {"Ship", "Edit quantities", "Cancel order"}),
                ("warehouse", ["Orders", "Pick", "Stock"], {"Start", "Ship", "Cancel order"})):
            with self.subTest(role):
                page = self.log_in(self.page(), role, f"/console/orders/{order['number']}")
                links = page.get_by_role("navigation").get_by_role("link")
                self.assertEqual(links.all_inner_texts(), screens)
                expect(page.get_by_role("button", name="Packing slip")).to_be_visible()
                seen = {name for name in ("Start", "Ship", "Edit quantities", "Cancel order")
                        if page.get_by_role("button", name=name).count()}
                self.assertEqual(seen, buttons)

    def test_nothing_of_a_session_is_seen_in_the_next(self):
        order = self.service.place("demo-2")
        page = self.log_in(self.page(), "retailer", f"/console/orders?q=%23{order['number']}")
        row = page.locator(".rows .row:visible")
        expect(row).to_contain_text("Demo Customer 2")
        self.visit(page, f"/console/orders/{order['number']}")
        expect(page.locator("main")).to_contain_text("Demo Customer 2")
        page.get_by_role("button", name="Ship").click()
        page.get_by_role("dialog").get_by_label("Carrier").fill("Demo Carrier")
        page.get_by_role("dialog").get_by_role("button", name="Ship").click()
        expect(page.get_by_text("2 / 2")).to_be_visible()
        self.visit(page, f"/console/orders?q=%23{order['number']}")
        page.get_by_role("button", name="Settings").click()
        page.get_by_role("button", name="Log out").click()
        page.get_by_label("Token").fill(self.service.tokens["warehouse"])
        kept = page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
        self.assertNotIn("Demo Carrier", kept)
        # The warehouse may not read customers.
        page.keyboard.press("Enter")
        expect(row).to_contain_text("demo-2")
        self.settle(page)
        self.assertNotIn("Demo Customer 2", page.content())

    def test_a_bad_token_is_refused_in_words(self):
        page = self.page()
        page.goto(f"{self.service.url}/console")
        page.get_by_label("Token").fill("wb_" + "0" * 64)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("The log-in")
        expect(page.get_by_label("Token")).to_have_value("")
        self.assert_clean(page)

    def test_a_new_token_is_shown_once(self):
        page = self.log_in(self.page(), path="/console/tokens")
        page.get_by_role("button", name="New token").click()
        page.get_by_label("Name").fill("tablet 9")
        page.get_by_label("Role").select_option("warehouse")
        page.get_by_role("dialog").get_by_role("button", name="New token").click()
        token = page.get_by_label("Token", exact=True).input_value()
        self.assertRegex(token, "^wb_[0-9a-f]{64}$")
        page.get_by_role("button", name="I have kept it").click()
        self.assertNotIn(token, page.content())
        self.service.call("GET", "/orders?limit=1", token=token)
        row = page.get_by_role("row").filter(has_text="tablet 9")
        row.get_by_role("button", name="Revoke").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(row).to_contain_text("Revoked")
