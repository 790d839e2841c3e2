#!/usr/bin/env python3
"""Compares our request parser with h11 and with Node's, on the corpus and its mutations.

    python3 -m venv venv && venv/bin/pip install h11
    WAYBILL_HTTP_CORPUS=corpus.tsv swift test --filter ExportTests
    venv/bin/python Tests/HTTPTests/Differential/differential.py corpus.tsv

A finding is a request that we accept and both others refuse, or whose content differs from what
either of them reads. Refusing more than they do is our intention, and only counted.
"""

import collections
import json
import pathlib
import subprocess
import sys

import h11


def read_ours(line):
    name, data, refusal, requests = line.rstrip("\n").split("\t")
    texts = [bytes.fromhex(request) for request in requests.split()]
    # METHOD path body: a body is there when there is a second space.
    parts = [text.split(b" ", 2) for text in texts]
    bodies = [part[2] if len(part) > 2 else b"" for part in parts]
    return name, bytes.fromhex(data), int(refusal), bodies


def read_h11(data):
    """The bodies of the requests h11 reads, and whether it refused what came behind them."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=16_384)
    connection.receive_data(data)
    bodies, body = [], None
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                body = b""
            elif isinstance(event, h11.Data):
                body += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                bodies.append(body)
                connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return bodies, False
                connection.start_next_cycle()
            else:
                return bodies, False
    except h11.LocalProtocolError:
        # It has switched protocols (CONNECT) and reads no further.
        return bodies, False
    except h11.RemoteProtocolError:
        return bodies, True


def read_node(cases):
    """The same from Node's parser, for all cases in one process."""
    script = pathlib.Path(__file__).with_name("node-parser.js")
    run = subprocess.run(
        ["node", str(script)],
        input="\n".join(case.hex() for case in cases),
        capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    return [([bytes.fromhex(body) for body in bodies], refused) for bodies, refused in answers]


def judge(ours, others):
    """The finding about one connection, if any: ours are the bodies we read, others what they did."""
    for index, body in enumerate(ours):
        for name, (bodies, _) in others.items():
            if index < len(bodies) and bodies[index] != body:
                return f"content differs from {name}: {body[:40]!r}, {bodies[index][:40]!r}"
        stopped = [refused for bodies, refused in others.values() if index >= len(bodies)]
        if len(stopped) == len(others) and all(stopped):
            return "accepted by us alone"
        # One that reads no further cannot judge what follows.
        if stopped:
            return None
    return None


def main():
    lines = pathlib.Path(sys.argv[1]).read_text().splitlines()
    cases = [read_ours(line) for line in lines]
    node = read_node([data for _, data, _, _ in cases])
    counts = collections.Counter()
    for (name, data, refusal, ours), by_node in zip(cases, node, strict=True):
        by_h11 = read_h11(data)
        counts["connections"] += 1
        counts["requests"] += len(ours)
        if refusal and not by_h11[1] and not by_node[1]:
            counts["refused by us alone"] += 1
        if finding := judge(ours, {"h11": by_h11, "node": by_node}):
            counts["findings"] += 1
            print(f"{name}: {finding}\n    {data[:200]!r}")
    print(dict(counts))
    sys.exit(1 if counts["findings"] else 0)


if __name__ == "__main__":
    main()
