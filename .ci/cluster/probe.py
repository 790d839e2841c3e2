"""Whether a bare client that knows every node can commit: what Patroni alone makes possible.

A psql for each node writes a message to the WAL every 50 ms, which waits for the synchronous
standby as an order does. What the service needs beyond that is its own.
"""

import os
import select
import subprocess
import threading
import time

from topology import environment

STATEMENT = b"SELECT 1 FROM pg_logical_emit_message(true, 'probe', '');\n\\echo end :SQLSTATE\n"


class Probe:
    def __init__(self, node, password):
        self.conninfo = node.conninfo("postgres")
        self.env = environment(PGPASSWORD=password)
        self.commits = []  # when each was acknowledged
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self):
        self.stopping.set()
        self.thread.join(10)

    def _run(self):
        psql = None
        while not self.stopping.is_set():
            if psql is None:
                psql = subprocess.Popen(
                    ["psql", "-XqAt", self.conninfo], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
                    env=self.env)
            answer = self._ask(psql)
            if answer == b"end 00000":
                self.commits.append(time.time())
            elif answer is None:
                psql.kill()
                psql.communicate()
                psql = None
            self.stopping.wait(0.05)
        if psql is not None:
            psql.kill()
            psql.communicate()

    @staticmethod
    def _ask(psql):
        """The last line of the answer; None when there is none, or the wait is too long."""
        text = b""
        end = time.monotonic() + 4
        try:
            psql.stdin.write(STATEMENT)
            while not text.endswith(b"\n") or b"end " not in text:
                left = end - time.monotonic()
                if left <= 0 or not select.select([psql.stdout], [], [], left)[0]:
                    return None
                more = os.read(psql.stdout.fileno(), 4096)
                if not more:
                    return None
                text += more
        except OSError:
            return None
        return text.splitlines()[-1]


def longest_gap(moments, begin, end):
    """The longest time without any of the moments that touches the span: when it began and ended.

    A gap that is still open ends with the first moment after the span; without one, with the span.
    """
    last, longest = begin, (begin, begin)
    for moment in moments:
        if moment <= begin:
            last = moment
            continue
        if moment - last > longest[1] - longest[0]:
            longest = (last, moment)
        last = moment
        if moment > end:
            break
    if end - last > longest[1] - longest[0]:
        longest = (last, end)
    return longest
