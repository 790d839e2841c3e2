"""Many rows and many events: nothing takes long, nothing piles up."""

import json
import re

from playwright.sync_api import expect

from .support import BrowserTests

ROWS = 10_000
LONG = 50  # milliseconds of computing that a task may take, whatever else the machine does
EVENTS = 20_000
GROWTH = 1_500_000  # bytes of heap; a leak of 100 bytes for each event would be more


def order(number):
    return {
        "id": f"00000000-0000-7000-8000-{number:012d}", "number": number, "channel": "api",
        "status": ("new", "in_progress", "completed")[number % 3],
        "customer_id": f"demo-{number % 5}",
        "reference": f"PO-{number}", "items": [
            {"product_id": "keyboard", "name": "Keyboard", "quantity": 2, "price": 49.9,
             "amount": 99.8},
            {"product_id": "mouse", "name": "Mouse", "quantity": 1, "price": 19.9, "amount": 19.9}],
        "total_quantity": 3, "total_amount": 119.7,
        "shipping": {"carrier": None, "tracking_number": None},
        "allowed_statuses": ["cancelled"], "version": 1,
        "created_at": "2026-01-01T10:00:00.000Z", "updated_at": "2026-01-01T10:00:00.000Z"}


class LoadTests(BrowserTests):
    def tasks(self, page, script, *values):
        """How long each task of the page computes while it runs a script, in milliseconds."""
        self.chromium.start_tracing(page=page, categories=[
            "disabled-by-default-devtools.timeline", "devtools.timeline", "__metadata"])
        page.evaluate(script, *values)
        trace = json.loads(self.chromium.stop_tracing())["traceEvents"]
        main = {(event["pid"], event["tid"]) for event in trace
                if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"}
        return [event.get("tdur", 0) / 1000 for event in trace
                if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main]

    def scroll_through(self):
        """Scrolls through the whole list and answers the long tasks, in milliseconds."""
        page = self.page()

        def answer(route):
            size = int(re.search(r"limit=(\d+)", route.request.url)[1])
            found = re.search(r"cursor=(\d+)", route.request.url)
            start = int(found[1]) if found else 0
            end = min(ROWS, start + size)
            following = f"/orders?limit={size}&cursor={end}" if end < ROWS else None
            route.fulfill(content_type="application/json", body=json.dumps({
                "items": [order(ROWS - number) for number in range(start, end)],
                "next": following}))

        page.route(re.compile(r"/orders\?.*limit="), answer)
        self.log_in(page)
        expect(page.locator(".rows .row a").first).to_be_visible()
        # What starting takes is measured elsewhere.
        tasks = self.tasks(page, """async () => {
          const end = Date.now() + 120_000;
          const frame = () => new Promise(requestAnimationFrame);
          while (!document.querySelector('.list .end')) {
            if (Date.now() > end) throw new Error('the list does not end');
            scrollBy(0, 900);
            await frame();
          }
          for (let step = 0; step < 60; step += 1) {
            scrollTo(0, (document.documentElement.scrollHeight * ((step * 37) % 60)) / 60);
            await frame();
          }
        }""")
        expect(page.locator(".list .end")).to_contain_text("10,000")
        self.assertLess(page.locator(".rows .row").count(), 60, "rows that nobody sees are kept")
        return page, tasks

    def test_ten_thousand_rows_without_a_long_task(self):
        page, tasks = self.scroll_through()
        print(f"\nfigures: {len(tasks)} tasks while {ROWS} rows went by, the longest computed "
              f"for {max(tasks):.0f} ms (at most {LONG})")
        self.assertGreater(len(tasks), 100)
        self.assertEqual([task for task in tasks if task > LONG], [])
        # Keys work in it as well.
        page.evaluate("scrollTo(0, 0)")
        page.keyboard.press("j")
        expect(page.locator(".rows a:focus")).to_have_text(f"#{ROWS}")

    def test_a_hundred_events_a_second_without_a_long_task(self):
        for _ in range(50):
            self.service.place()
        page = self.log_in(self.page())
        self.live(page)
        shown = self.service.call("GET", "/orders?limit=50")["items"]
        tasks = self.tasks(page, """async ([shown, seconds]) => {
          const channel = new BroadcastChannel('waybill-live');
          const end = performance.now() + seconds * 1000;
          for (let number = 0; performance.now() < end; number += 1) {
            const placed = { ...shown[0], id: `new-${number}`, number: 1e6 + number };
            const moved = { ...shown[number % shown.length], status: 'in_progress', version: 100 + number };
            channel.postMessage({ events: [
              { type: 'order.placed', order: { id: placed.id }, order_now: placed },
              { type: 'order.moved', order: { id: moved.id }, order_now: moved },
            ] });
            await new Promise((done) => setTimeout(done, 20));
          }
          channel.close();
        }""", [shown, 5])
        expect(page.locator(".news")).to_contain_text("new orders")
        expect(page.locator(".rows .badge.in_progress").first).to_be_visible()
        print(f"\nfigures: {len(tasks)} tasks under 100 events a second, the longest computed for "
              f"{max(tasks):.0f} ms (at most {LONG})")
        self.assertEqual([task for task in tasks if task > LONG], [])

    def test_the_heap_is_steady_after_many_events(self):
        page = self.log_in(self.page())
        self.live(page)
        devtools = page.context.new_cdp_session(page)
        placed = set()

        def send(count, end):
            page.evaluate("""async ([count, order, end]) => {
              const channel = new BroadcastChannel('waybill-live');
              for (let number = 0; number < count; number += 100) {
                channel.postMessage({ events: Array.from({ length: 100 }, (_, at) => ({
                  type: at % 10 ? 'order.moved' : 'order.placed',
                  order: { id: `${number + at}` }, who: 'the test',
                  order_now: { ...order, id: `id-${(number + at) % 5000}`, version: number + at },
                })) });
                await new Promise((done) => setTimeout(done));
              }
              channel.postMessage({ events: [{
                type: 'order.placed', order: { id: end }, order_now: { ...order, id: end },
              }] });
              channel.close();
            }""", [count, order(1), end])
            # The last one comes after all others.
            placed.update({end}, (f"id-{number % 5000}" for number in range(0, count, 10)))
            expect(page.locator(".news")).to_have_text(f"{len(placed)} new orders")

        def heap():
            for _ in range(3):
                devtools.send("HeapProfiler.collectGarbage")
            return devtools.send("Runtime.getHeapUsage")["usedSize"]

        send(EVENTS // 4, "end-1")
        before = heap()
        send(EVENTS, "end-2")
        growth = heap() - before
        print(f"\nfigures: heap {before / 1e6:.1f} MB, "
              f"{growth / 1e3:+.0f} kB after {EVENTS} events")
        self.assertLess(growth, GROWTH)
