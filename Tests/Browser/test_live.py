"""What others do is seen at once, and only once; and nobody undoes what somebody else has done."""

import json
import time

from playwright.sync_api import expect

from .support import BrowserTests, Line, until


class LiveTests(BrowserTests):
    def test_new_orders_are_announced_and_rows_stay(self):
        page = self.log_in(self.page())
        self.live(page)
        first = page.locator(".rows .row:visible a").first
        before = first.text_content()
        asked = time.monotonic()
        self.service.place()
        expect(page.get_by_role("button", name="1 new order")).to_be_visible()
        seen = time.monotonic() - asked
        order = self.service.place()
        self.assertEqual(first.text_content(), before)
        page.get_by_role("button", name="2 new orders").click()
        expect(first).to_have_text(f"#{order['number']}")
        page.reload()
        usable = until(lambda: page.evaluate("window.usable"))
        print(f"\nfigures: usable {usable:.0f} ms after the reload began (wanted: 300), "
              f"an order seen {seen * 1000:.0f} ms after it was sent (wanted: 500)")

    def test_a_row_changes_where_it_stands(self):
        order = self.service.place()
        page = self.log_in(self.page())
        self.live(page)
        link = page.get_by_role("link", name=f"#{order['number']}", exact=True)
        row = page.get_by_role("row").filter(has=link)
        expect(row).to_contain_text("New")
        self.service.call("PATCH", f"/orders/{order['id']}/status", {"status": "in_progress"})
        expect(row).to_contain_text("In progress")

    def test_a_cut_stream_goes_on_where_it_was(self):
        line = Line(self.service.url)
        self.addCleanup(line.close)
        page = self.log_in(self.page(), base=line.url)
        self.live(page)
        self.service.place()
        expect(page.get_by_role("button", name="1 new order")).to_be_visible()
        line.cut()
        expect(page.locator(".lamp[data-state=cut]")).to_be_visible()
        self.service.place()
        self.service.place()
        line.mend()
        self.live(page)
        expect(page.get_by_role("button", name="3 new orders")).to_be_visible()

    def test_one_tab_leads_and_another_takes_over(self):
        context = self.context()
        first = self.log_in(self.page(context))
        self.live(first)
        streams = []
        second = self.page(context)
        second.on("request", lambda request: "/events?" in request.url
                  and streams.append(request.url))
        second.goto(f"{self.service.url}/console/orders")
        # An order that comes before the list was read is in it, and not news.
        self.live(second)
        self.service.place()
        expect(second.get_by_role("button", name="1 new order")).to_be_visible()
        self.assertEqual(streams, [], "the second tab has a stream of its own")
        first.close()
        self.service.place()
        expect(second.get_by_role("button", name="2 new orders")).to_be_visible()
        self.assertEqual(len(streams), 1)
        self.assertIn("&after=", streams[0])

    def test_two_edit_one_order(self):
        order = self.service.place(items=[{"product_id": "product-1", "quantity": 2}])
        address = f"/console/orders/{order['number']}"
        one = self.log_in(self.page(), "admin", address)
        other = self.log_in(self.page(), "retailer", address)
        self.live(one)
        self.live(other)
        other.get_by_role("button", name="Edit quantities").click()
        other.get_by_label("Quantity of Product 1").fill("5")
        one.get_by_role("button", name="Edit quantities").click()
        one.get_by_label("Quantity of Product 1").fill("3")
        one.get_by_role("button", name="Save").click()
        expect(one.locator("tfoot")).to_contain_text("30.00")
        expect(other.get_by_text("has just changed this order")).to_be_visible()
        # What was typed is still there, and saving says what differs.
        expect(other.get_by_label("Quantity of Product 1")).to_have_value("5")
        other.get_by_role("button", name="Save").click()
        dialog = other.get_by_role("dialog", name="Somebody else was faster")
        expect(dialog.get_by_role("row", name="Product 1")).to_contain_text("2 × 10.00")
        expect(dialog.get_by_role("row", name="Product 1")).to_contain_text("3 × 10.00")
        self.picture(other, "conflict")
        dialog.get_by_role("button", name="Make my change all the same").click()
        expect(other.locator("tfoot")).to_contain_text("50.00")
        expect(one.locator("tfoot")).to_contain_text("50.00")
        # The other answer: leave it.
        other.get_by_role("button", name="Edit quantities").click()
        other.get_by_label("Quantity of Product 1").fill("9")
        self.service.call("PATCH", f"/orders/{order['id']}", {"note": "By somebody else"})
        other.get_by_role("button", name="Save").click()
        expect(dialog).to_contain_text("By somebody else")
        dialog.get_by_role("button", name="Leave it as it is now").click()
        expect(other.locator("tfoot")).to_contain_text("50.00")
        expect(other.locator(".note")).to_have_text("By somebody else")

    def test_a_revoked_token_ends_the_session(self):
        token = self.service.make_token("retailer", "soon gone")
        page = self.log_in(self.page(), path="/console/customers", token=token)
        self.live(page)
        tokens = self.service.call("GET", "/tokens?limit=100")["items"]
        number = next(one["number"] for one in tokens if one["name"] == "soon gone")
        self.service.call("DELETE", f"/tokens/{number}")
        expect(page.get_by_label("Token")).to_be_visible()
        expect(page.get_by_text("The session has ended.")).to_be_visible()
        self.assertIn("/console/customers", page.url)
        # Whoever logs in again is where they were.
        page.get_by_label("Token").fill(self.service.tokens["retailer"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Customers")).to_be_visible()

    def test_a_request_whose_answer_is_lost_is_sent_again_with_its_key(self):
        order = self.service.place()
        page = self.log_in(self.page(), path=f"/console/orders/{order['number']}")
        keys = []

        def lose_the_answer(route):
            keys.append(route.request.headers["idempotency-key"])
            if len(keys) == 1:
                route.fetch()
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route("**/orders/*/status", lose_the_answer)
        page.get_by_role("button", name="Start").click()
        heading = page.get_by_role("heading", name=f"#{order['number']}")
        expect(heading).to_contain_text("In progress")
        expect(page.get_by_role("alert")).to_have_count(0)
        until(lambda: page.evaluate("0") or len(keys) == 2, "the second request")
        self.assertEqual(len(set(keys)), 1)


class SteadyTests(BrowserTests):
    """While order after order comes in, and many products change at once."""

    def flow(self, page):
        """Events of orders that are placed elsewhere, twenty a second, for as long as the page is."""
        page.evaluate("""() => {
          const channel = new BroadcastChannel('waybill-live');
          let number = 0;
          setInterval(() => {
            number += 1;
            channel.postMessage({ events: [{
              type: 'order.placed', order: { id: `elsewhere-${number}` }, who: 'the test',
              order_now: { id: `elsewhere-${number}`, status: 'new', version: 1, items: [] },
            }] });
          }, 50);
        }""")

    def test_a_search_hears_of_new_orders(self):
        page = self.log_in(self.page(), path="/console/orders?q=flow")
        self.live(page)
        self.flow(page)
        self.service.place(reference="FLOW-1")
        expect(page.locator(".news")).to_contain_text("1 new order")

    def test_the_queue_grows(self):
        page = self.log_in(self.page(), "warehouse", "/console/pick")
        self.live(page)
        waiting = len(self.service.call("GET", "/orders?status=new,in_progress")["items"])
        self.assertLess(waiting, 45, "there is no room in the queue")
        expect(page.locator(".queue li")).to_have_count(waiting)
        self.flow(page)
        self.service.place()
        expect(page.locator(".queue li")).to_have_count(waiting + 1)

    def test_an_order_that_left_the_queue_takes_no_other_along(self):
        # With few in it, the queue would be read again in any case.
        orders = [self.service.place() for _ in range(15)]
        mine, others = orders[0], orders[1:]
        page = self.page()
        lists, held = [], []

        def answer(route):
            # The first list has it; when the queue is read again, it has gone.
            shown = others if lists else orders
            lists.append(route.request.url)
            route.fulfill(content_type="application/json",
                          body=json.dumps({"items": shown, "next": None}))

        page.route("**/orders?status=*", answer)
        page.route(f"**/orders/{mine['id']}/status", lambda route: held.append(route))
        self.log_in(page, "warehouse", "/console/pick")
        self.live(page)
        card = page.locator(".pick-card")
        expect(card).to_contain_text(f"#{mine['number']}")
        page.keyboard.press("s")
        until(lambda: page.evaluate("0") or held, "the request to start it")
        # Somebody else finishes it meanwhile, and a new order has the queue read again.
        for status in ("in_progress", "completed"):
            self.service.call("PATCH", f"/orders/{mine['id']}/status", {"status": status})
        self.service.place()
        until(lambda: page.evaluate("0") or len(lists) == 2, "the queue to be read again")
        expect(page.locator(".queue li")).to_have_count(len(others))
        now = self.service.call("GET", f"/orders/{mine['id']}")
        held[0].fulfill(content_type="application/json", body=json.dumps(now))
        expect(page.get_by_text(f"#{mine['number']}: In progress")).to_be_visible()
        expect(page.locator(".queue li")).to_have_count(len(others))
        for order in others:
            expect(page.locator(".queue")).to_contain_text(f"#{order['number']}")

    def test_many_products_change_at_once(self):
        ids = [f"bulk-{number:02}" for number in range(60)]
        for id in ids:
            self.service.call("POST", "/products", {
                "id": id, "name": f"Bulk {id}", "price": "1.00", "stock": 10})
        page = self.log_in(self.page(), "warehouse", "/console/stock?q=bulk")
        self.live(page)
        expect(page.locator(".rows .row:visible").first).to_contain_text("10")
        to_the_end = "scrollTo(0, document.documentElement.scrollHeight)"
        page.evaluate(to_the_end)
        expect(page.locator(".list .end")).to_contain_text("60")
        self.service.call("POST", "/stock", {
            "items": [{"product_id": id, "delta": 25} for id in ids], "reason": "delivery"})
        page.evaluate(to_the_end)
        for id in ids[-3:]:
            row = page.locator(".rows .row:visible").filter(has_text=id).first
            expect(row).to_contain_text("35")
