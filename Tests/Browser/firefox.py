"""A headless Firefox, spoken to by WebDriver BiDi, which it has without a driver."""

import itertools
import json
import os
import re
import subprocess

import websocket

PATIENCE = 120  # seconds; it starts slowly on a busy machine


class Firefox:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            ["firefox-esr", "--headless", "--no-remote", "--profile", folder,
             "--remote-debugging-port", "0"],
            env=os.environ | {"HOME": folder}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True)
        try:
            address = next(found[1] for line in self.process.stderr
                           if (found := re.search(r"BiDi listening on (ws://\S+)", line)))
            self.socket = websocket.create_connection(
                f"{address}/session", timeout=PATIENCE, suppress_origin=True)
            self.begin()
        except BaseException:
            self.end()
            raise

    def begin(self):
        self.numbers = itertools.count(1)
        # What pages said in their consoles, and errors that nobody caught.
        self.said = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded"])
        # The tab that is there at the start does not get the focus.
        self.page = self.call("browsingContext.create", type="tab")["context"]

    def call(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("method") == "log.entryAdded":
                self.said.append((answer["params"]["level"], answer["params"]["text"]))
            if answer.get("id") == number:
                if answer["type"] == "error":
                    raise RuntimeError(f"{method}: {answer['message']}")
                return answer["result"]

    def open(self, url):
        self.call("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def run(self, expression):
        """What an expression is, if it is a text, a number or a truth."""
        answer = self.call("script.evaluate", expression=expression, awaitPromise=True,
                           target={"context": self.page})
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def type(self, text):
        """Types as a person would, into what has the focus."""
        keys = [{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")]
        self.call("input.performActions", context=self.page,
                  actions=[{"type": "key", "id": "keyboard", "actions": keys}])

    def close(self):
        self.socket.close()
        self.end()

    def end(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stderr.close()
