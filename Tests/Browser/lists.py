"""How long the list of orders takes in Chromium on a running service, from the click until the rows
are on the screen: the middle and the longest of several times.

    python -m Tests.Browser.lists http://127.0.0.1:8080 TOKEN
"""

import shutil
import statistics
import sys

from playwright.sync_api import expect, sync_playwright

TIMES = 15

# Does something, and answers how many milliseconds later the rows are there and painted.
MEASURE = """([act, isThere]) => new Promise((done) => {
  const shown = () => document.querySelector(
    '.rows:not(.stale) .row:not([hidden]) a[href], .list:has(.rows:not(.stale)) .empty');
  const begin = performance.now();
  new Function(act)();
  const look = () => {
    if (!shown() || !new Function(`return ${isThere}`)()) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now() - begin));
  };
  requestAnimationFrame(look);
})"""
GO = "history.pushState(null, '', '{}'); dispatchEvent(new Event('waybill-route'))"
CLICK = "document.querySelector('{}').click()"


def until_loaded(page):
    expect(page.locator(".rows:not(.stale) .row:visible a").first).to_be_visible()


def measure(page, name, act, is_there="true", before=None):
    times = []
    for number in range(TIMES):
        if before:
            page.evaluate(before.format(number=number))
            page.wait_for_timeout(300)
        times.append(page.evaluate(MEASURE, [act.format(number=number), is_there]))
    print(f"{name:45} {statistics.median(times):6.0f} ms, at most {max(times):.0f} ms", flush=True)


def main(url, token):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        # What is measured is text that runs in the page, which its policy forbids.
        page = browser.new_page(
            viewport={"width": 1280, "height": 800}, locale="en-GB", bypass_csp=True)
        page.goto(f"{url}/console/stock")
        page.get_by_label("Token").fill(token)
        page.keyboard.press("Enter")
        until_loaded(page)
        elsewhere = CLICK.format("nav [data-name=system]")
        orders = CLICK.format("nav [data-name=orders]")
        first = page.evaluate(MEASURE, [orders, "document.querySelector('.list .check')"])
        print(f"{'orders, opened for the first time':45} {first:6.0f} ms", flush=True)
        measure(page, "orders, gone back to", orders, "document.querySelector('.list .check')",
                before=elsewhere)
        everything = GO.format("/console/orders")
        # A list without rows ends with a sentence.
        for status in ("new", "in_progress", "completed", "failed", "cancelled"):
            measure(page, f"only those that are {status}",
                    CLICK.format(f"[data-value={status}]"), before=everything)
        # An order that nobody has looked for before, then a customer's and a product's name.
        measure(page, "search for a number", GO.format("/console/orders?q=5{number}12"),
                before=everything)
        measure(page, "search for the beginning of a name",
                GO.format("/console/orders?q=name1{number}7"), before=everything)
        measure(page, "search for a customer's name",
                GO.format("/console/orders?q=demo+name1{number}77"), before=everything)
        measure(page, "search for a name, and only new ones",
                GO.format("/console/orders?q=demo+name1{number}71&status=new"), before=everything)
        measure(page, "search for an e-mail address",
                GO.format("/console/orders?q=mail{number}50%40host0.example"), before=everything)
        measure(page, "search for a reference", GO.format("/console/orders?q=PO-5{number}113"),
                before=everything)
        measure(page, "orders of a customer",
                GO.format("/console/orders?customer_id=customer-4{number}2"), before=everything)
        measure(page, "orders of a product",
                GO.format("/console/orders?product_id=product-3{number}1"), before=everything)
        measure(page, "oldest first", GO.format("/console/orders?sort=created_at"),
                before=everything)

        # The next pages, each from when the end comes near until its rows are there.
        page.evaluate(everything)
        until_loaded(page)
        times = page.evaluate("""async (count) => {
          const times = [];
          const frame = () => new Promise(requestAnimationFrame);
          const height = () => document.querySelector('.rows').offsetHeight;
          while (times.length < count) {
            const [begin, before] = [performance.now(), height()];
            scrollTo(0, document.documentElement.scrollHeight);
            while (height() === before) await frame();
            times.push(performance.now() - begin);
          }
          return times;
        }""", 60)
        print(f"{'the next page, 60 times':45} {statistics.median(times):6.0f} ms, "
              f"at most {max(times):.0f} ms")
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
