"""What the page is made of: it is small, and no word of the service is without a text."""

import pathlib
import re

from playwright.sync_api import expect

from .support import BrowserTests

FILES = pathlib.Path("Sources/Console/Files")
LANGUAGES = ("en", "de")
# Bytes as they are sent: until the list of orders can be used, and once every screen was opened.
FIRST = 40_000
EVERY = 50_000
# Of all files, with the texts of both languages.
LINES = 3_000
# The enumerations of the API whose words are shown, and the group of texts that has them.
WORDS = {"OrderEventKind": "what", "OrderStatus": "status", "StockMovementCause": "cause",
         "Role": "role", "TokenState": "tokens"}
SCREENS = ("orders/1", "pick", "stock", "customers", "report", "tokens", "system")

SENT = """() => [...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource')]
  .filter((one) => /[/]console([/?]|$)/.test(one.name) && !one.name.endsWith('/session'))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""
FILE = """async (name) => import(
  new URL(name, document.querySelector('script[type=module]').src))"""


def scripts():
    """The modules but those of the languages, as one text without comments."""
    code = "\n".join(file.read_text() for file in sorted(FILES.glob("*.js"))
                     if file.stem not in LANGUAGES)
    return re.sub(r"^ *(//|/?\*).*$", "", code, flags=re.MULTILINE)


class FileTests(BrowserTests):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service.place()
        schemas = cls.service.call("GET", "/openapi.json")["components"]["schemas"]
        cls.words = {name: schema["enum"] for name, schema in schemas.items() if "enum" in schema}

    def texts(self, language):
        """The texts of a language by their full names."""
        page = self.page()
        page.goto(f"{self.service.url}/console")
        groups = page.evaluate(f"async () => (await ({FILE})('{language}.js')).default")
        return {f"{group}.{name}" if group else name: text
                for group, texts in groups.items() for name, text in texts.items()}

    def test_it_is_small(self):
        page = self.log_in(self.page())
        expect(page.locator(".rows .row a").first).to_be_visible()
        page.reload()
        expect(page.locator(".rows .row a").first).to_be_visible()
        first = page.evaluate(SENT)
        for screen in SCREENS:
            self.visit(page, f"/console/{screen}")
            expect(page.locator("main h1").first).to_be_visible()
            self.settle(page)
        every = page.evaluate(SENT)
        print(f"\nfigures: {first} bytes until the orders are shown (at most {FIRST}), "
              f"{every} with every screen (at most {EVERY})")
        self.assertGreater(first, 10_000)
        self.assertLessEqual(first, FIRST)
        self.assertGreater(every, first)
        self.assertLessEqual(every, EVERY)

    def test_there_are_few_lines(self):
        lines = sum(file.read_text().count("\n") for file in FILES.iterdir())
        self.assertLessEqual(lines, LINES)

    def test_only_the_texts_of_the_language_are_loaded(self):
        for language in LANGUAGES:
            page = self.page()
            page.add_init_script(f"localStorage.setItem('waybill-language', '{language}')")
            self.requests.clear()
            page.goto(f"{self.service.url}/console")
            expect(page.locator("#token")).to_be_visible()
            loaded = [one for one in LANGUAGES
                      if any(url.endswith(f"/{one}.js") for url in self.requests)]
            self.assertEqual(loaded, [language])

    def test_a_screen_is_loaded_when_it_is_opened_and_may_be_missing(self):
        page = self.log_in(self.page())
        expect(page.locator(".rows .row a").first).to_be_visible()
        self.assertFalse(any(url.endswith("/report.js") for url in self.requests))
        page.route("**/report.js", lambda route: route.abort())
        page.get_by_role("link", name="Report").click()
        expect(page.get_by_role("alert")).to_contain_text("Reading Report")
        page.get_by_role("link", name="Orders").click()
        expect(page.locator(".rows .row a").first).to_be_visible()
        page.unroute("**/report.js")
        page.get_by_role("link", name="Report").click()
        page.get_by_role("button", name="Try again").or_(
            page.get_by_role("heading", name="Report")).first.wait_for()
        if page.get_by_role("button", name="Try again").count():
            page.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("heading", name="Report")).to_be_visible()

    def test_each_word_of_the_service_has_a_text_in_each_language(self):
        for language in LANGUAGES:
            texts = self.texts(language)
            for enumeration, group in WORDS.items():
                self.assertGreater(len(self.words[enumeration]), 2)
                for word in self.words[enumeration]:
                    with self.subTest(language=language, word=word):
                        self.assertTrue(texts.get(f"{group}.{word}"))

    def test_the_page_names_no_word_that_the_service_does_not_have(self):
        code = scripts()
        types = set(re.findall(r"\btype [!=]== '(\w+\.\w+)'", code))
        self.assertIn("order.placed", types)
        self.assertEqual(types - set(self.words["EventType"]), set())
        for name, enumeration in (("STATUSES", "OrderStatus"), ("CHANNELS", "Channel")):
            listed = re.search(rf"const {name} = \[([^]]*)\]", code)[1]
            self.assertEqual(re.findall(r"'(\w+)'", listed), self.words[enumeration])

    def test_the_languages_have_the_same_texts_and_the_page_uses_them_all(self):
        english, german = self.texts("en"), self.texts("de")
        self.assertEqual(set(english), set(german))
        for name, text in english.items():
            self.assertEqual(sorted(re.findall(r"{\w+}", text)),
                             sorted(re.findall(r"{\w+}", german[name])), name)
        code = scripts()
        used = set(re.findall(r"\bt\('([\w.]+)'", code))
        self.assertGreater(len(used), 100)
        self.assertEqual(used - set(english), set(), "texts that are missing")
        # Others are named in tables, or made of a prefix and a word.
        used |= set(re.findall(r"'([\w.]+)'", code))
        made = [re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"\\w+", re.escape(pattern)))
                for pattern in re.findall(r"\bt\(`([^`]*)`", code)]
        unused = [name for name in {re.sub(r"\.one$", "", name) for name in english} - used
                  if not any(pattern.fullmatch(name) for pattern in made)]
        self.assertEqual(unused, [], "texts that nobody sees")

    def test_numbers_are_written_as_the_language_does(self):
        context = self.chromium.new_context(locale="de-DE")
        self.addCleanup(context.close)
        page = self.page(context)
        page.goto(f"{self.service.url}/console")
        say = f"async ([key, n]) => (await ({FILE})('ui.js')).t(key, {{ n }})"
        for key, number, text in (
                ("list.end", 1234567, "Das sind alle: 1.234.567"),
                ("pick.count", 1, "1 wartet"), ("pick.count", 2000, "2.000 warten"),
                ("orders.new", 1, "1 neuer Auftrag"), ("orders.new", "1.000+", "1.000+ neue Aufträge"),
                ("orders.new", 0, "0 neue Aufträge")):
            self.assertEqual(page.evaluate(say, [key, number]), text)
