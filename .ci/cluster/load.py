"""Clients of all five contracts, each request under a key of its own and sent again until its
answer is definite; readers of lists and followers of the feed beside them."""

import collections
import json
import random
import threading
import time

from client import Client

PRODUCTS = 20
SCARCE = 2
CUSTOMERS = 8
START_STOCK = 1_000_000
SCARCE_STOCK = 200
# So long after the last change the feed has it; a follower that sees nothing then is at the end.
QUIET = 5
JSON = {"Content-Type": "application/json"}
# Products that readers change and compare.
WATCHED = ["watched-1", "watched-2"]


class Operation:
    """A change that a client asked for under one key, and what became of it."""

    def __init__(self, key, contract, method, path, body, token=None):
        self.key = key
        self.contract = contract
        self.method = method
        self.path = path
        self.body = body
        self.token = token
        self.attempts = []  # (sent, answered, status)
        self.answers = []  # (status, body) of definite answers
        self.replayed = 0

    @property
    def places(self):
        """Whether it asks for a new order."""
        return self.method == "POST" and self.path.endswith(("/orders", "/order"))

    @property
    def has_placed(self):
        """Whether its client was told of a new order."""
        return self.places and self.succeeded

    @property
    def succeeded(self):
        return self.status in (200, 201)

    @property
    def status(self):
        return self.answers[0][0] if self.answers else 0

    def line(self):
        return json.dumps({
            "key": self.key, "request": f"{self.method} {self.path}", "body": self.body,
            "attempts": self.attempts, "answers": self.answers, "replayed": self.replayed})


class Tokens:
    """Who asks: staff that changes orders and follows the feed, customers of the shop, and readers,
    of whom each compares what they see with what they have seen."""

    def __init__(self, staff, customers, readers):
        self.staff = staff
        self.customers = customers
        self.readers = readers


class Load:
    """Everything that asks the instances for something."""

    def __init__(self, ports, tokens, seed, writers):
        self.ports = ports
        self.tokens = tokens
        self.finishing = threading.Event()
        self.written = threading.Event()  # every request has its answer
        self.lock = threading.Lock()
        self.operations = []
        self.acknowledged = []  # (answered, port) of orders, when they were first answered
        self.answers = collections.Counter()  # (kind, status)
        self.silences = []  # requests that had no answer in time: (key, path, port, sent)
        self.faults = []  # answers that nobody may get
        self.versions = dict.fromkeys(WATCHED, 1)  # of these products, as they were acknowledged
        self.followers = [Follower(self, port, wait) for port in ports for wait in (0, 2)]
        # At each instance one who changes a product as well, and one who only reads.
        self.readers = [
            Reader(self, port, token, product) for (port, product), token in zip(
                [*zip(ports, WATCHED), *((port, None) for port in ports)], tokens.readers)]
        self.writing = [
            self._thread(self._write, number, random.Random(f"{seed}/{number}"))
            for number in range(writers)]
        self.writing += [self._thread(each.run) for each in self.readers]
        self.following = [self._thread(each.run) for each in self.followers]

    def _thread(self, work, *arguments):
        def guarded():
            try:
                work(*arguments)
            except Exception as error:
                # Nobody else would learn that it asks for nothing more.
                self.faults.append(f"a client has ended: {error!r}")

        # A request that never ends must not keep the program from ending.
        return threading.Thread(target=guarded, daemon=True)

    def start(self):
        for thread in self.writing + self.following:
            thread.start()

    def finish(self, seconds):
        """Ends when every request has a definite answer, and then every follower has seen what came
        of it; returns whether all have in time, which each of both may take."""
        for event, threads in (self.finishing, self.writing), (self.written, self.following):
            event.set()
            end = time.monotonic() + seconds
            for thread in threads:
                thread.join(max(0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self.writing + self.following)

    def count(self, kind, status, body):
        with self.lock:
            self.answers[kind, status] += 1
            if status >= 500 and status != 503:
                self.faults.append(f"{kind} {status} {body[:300]}")

    # Changes.

    def _write(self, number, chance):
        client = Client(self.ports[number % len(self.ports)])
        mine = []  # orders that this client may change: (contract, id, token)
        count = 0
        while not self.finishing.is_set():
            count += 1
            operation = self._next(f"key-{number}-{count}", chance, mine)
            self.complete(operation, client, 2 if chance.random() < 0.2 else 1)
            if operation.has_placed:
                mine.append((operation.contract, placed(operation), operation.token))
                del mine[:-20]
            time.sleep(chance.uniform(0, 0.06))

    def _next(self, key, chance, mine):
        if mine and chance.random() < 0.3:
            change = self._change(key, chance, *chance.choice(mine))
            if change is not None:
                return change
        lines = [(f"p{chance.randint(1, PRODUCTS)}", chance.randint(1, 3))
                 for _ in range(chance.randint(1, 3))]
        lines = list(dict(lines).items())
        contract = chance.choice(["api", "api", "storefront", "fulfilment", "shop", "store"])
        if contract == "api":
            items = [{"product_id": name, "quantity": units} for name, units in lines]
            body = {"customer_id": key, "items": items}
            return Operation(key, contract, "POST", "/orders", body)
        if contract == "storefront":
            items = [{"productId": name, "quantity": units} for name, units in lines]
            body = {"customerId": key, "products": items}
            return Operation(key, contract, "POST", "/storefront/orders", body)
        if contract == "fulfilment":
            return Operation(key, contract, "POST", "/fulfilment/order", {"id": key})
        customer = chance.randrange(CUSTOMERS)
        if contract == "shop":
            items = [{"product_id": name, "item_count": units} for name, units in lines]
            return Operation(key, contract, "POST", "/shop/orders", {"products": items},
                             self.tokens.customers[customer])
        return Operation(key, contract, "POST", f"/store/customers/{customer + 1}/orders",
                         {"sku": lines[0][0]})

    def _change(self, key, chance, contract, order, token):
        if contract == "api":
            if chance.random() < 0.3:
                product = f"p{chance.randint(SCARCE + 1, PRODUCTS)}"
                return Operation(key, contract, "POST", f"/products/{product}/stock",
                                 {"delta": chance.randint(1, 9), "reason": "delivery"})
            status = chance.choice(["in_progress", "completed", "cancelled"])
            return Operation(key, contract, "PATCH", f"/orders/{order}/status", {"status": status})
        if contract == "storefront":
            status = chance.choice(["processing", "delivered", "canceled"])
            return Operation(
                key, contract, "PATCH", f"/storefront/orders/{order}/status", {"status": status})
        if contract == "shop":
            return Operation(key, contract, "DELETE", f"/shop/orders/{order}", None, token)
        return None

    def complete(self, operation, client, wanted=1):
        """Sends it until there are so many definite answers."""
        fields = bearer(operation.token or self.tokens.staff)
        fields["Idempotency-Key"] = operation.key
        body = None
        if operation.body is not None:
            body = json.dumps(operation.body)
            fields |= JSON
        while len(operation.answers) < wanted:
            sent = time.time()
            status, text, headers = client.exchange(
                operation.method, operation.path, body, fields)
            answered = time.time()
            operation.attempts.append((round(sent, 3), round(answered, 3), status))
            if status == 0 and answered >= sent + client.seconds:
                self.silences.append((operation.key, operation.path, client.port, sent))
            self.count(f"{operation.contract} change", status, text)
            # The first request may still wait for a commit; not every contract has codes.
            if status == 0 or status >= 500 or (status == 409 and "under way" in text):
                time.sleep(0.03)
                continue
            if operation.places and status in (200, 201) and not operation.answers:
                with self.lock:
                    self.acknowledged.append((answered, client.port))
            operation.answers.append((status, text))
            operation.replayed += headers.get("Idempotent-Replayed") == "true"
        with self.lock:
            self.operations.append(operation)


class Reader:
    """Reads lists with a token of its own, from whatever server the instance takes, and compares
    each with what the token has seen and written."""

    def __init__(self, load, port, token, product):
        self.load = load
        self.port = port
        self.token = token
        self.product = product  # that it changes; nobody else does
        self.seen = dict.fromkeys(WATCHED, 1)
        self.answers = []  # (answered, status)
        self.taken_back = 0  # versions that were shown and then gone, which nobody had acknowledged

    def run(self):
        client = Client(self.port)
        count = 0
        while not self.load.finishing.is_set():
            count += 1
            if self.product and count % 10 == 0:
                self._change(count, client)
            self._read(client)
            time.sleep(0.02)

    def _change(self, count, client):
        operation = Operation(f"{self.product}-{count}", "api", "PATCH",
                              f"/products/{self.product}", {"description": str(count)}, self.token)
        self.load.complete(operation, client)
        if operation.succeeded:
            self.load.versions[self.product] = json.loads(operation.answers[0][1])["version"]

    def _read(self, client):
        acknowledged = dict(self.load.versions)
        status, text, _ = client.exchange("GET", "/products?limit=100", headers=bearer(self.token))
        self.answers.append((time.time(), status))
        self.load.count("lists", status, text)
        if status != 200:
            return
        versions = {item["id"]: item["version"] for item in json.loads(text)["items"]}
        for product in WATCHED:
            seen, version = self.seen[product], versions[product]
            # What a primary shows while it dies may be gone, until it is acknowledged.
            promised = acknowledged[product]
            if product != self.product:
                promised = min(promised, seen)
            if version < promised:
                self.load.faults.append(
                    f"a step back: {product} in a list at port {self.port}, version {version} after"
                    f" {seen}, {acknowledged[product]} was acknowledged")
            elif version < seen:
                self.taken_back += 1
            self.seen[product] = version


class Follower:
    """Follows the feed of one instance, and keeps what it has seen."""

    def __init__(self, load, port, wait):
        self.load = load
        self.port = port
        self.wait = wait
        self.events = []
        self.refused = []  # (when, cursor) that were said to be of another history
        self.has_caught_up = False

    def run(self):
        client = Client(self.port)
        cursor = "start"
        last = time.monotonic()  # when there was something, or it could still come
        while not self.has_caught_up:
            wait = f"&wait={self.wait}" if self.wait else ""
            status, text, _ = client.exchange(
                "GET", f"/events?after={cursor}&limit=100{wait}",
                headers=bearer(self.load.tokens.staff))
            self.load.count("feed", status, text)
            if status == 409:
                self.refused.append((time.strftime("%T"), cursor))
            if status != 200:
                time.sleep(0.05)
                continue
            page = json.loads(text)
            self.events += [(event["position"], event["id"]) for event in page["items"]]
            cursor = page["next"]
            if page["items"] or not self.load.written.is_set():
                last = time.monotonic()
            self.has_caught_up = time.monotonic() > last + QUIET
            if not self.wait and not page["items"]:
                time.sleep(0.05)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def placed(operation):
    """The id of the order that an operation has placed, as its contract names it."""
    answer = json.loads(operation.answers[0][1])
    return str(answer.get("order_id") or answer["id"])
