"""Faults at random under load, and then a check of every answer to a change:
`./dev chaos-cluster`."""

import argparse
import collections
import os
import random
import shutil
import sys
import time

from check import check
from client import Client, get
from cluster import PORTS, Cluster, add_options, end_orderly
from faults import KINDS, KINDS_OF_NETWORK, Faults
from load import (
    CUSTOMERS, JSON, PRODUCTS, SCARCE, SCARCE_STOCK, START_STOCK, WATCHED, Load, Tokens, bearer)
from probe import Probe, longest_gap
from topology import run, wait_until

# An outage that a bare client sees is longer than this.
OUTAGE = 0.5
WRITERS = 12


class Chaos:
    def __init__(self, options):
        self.options = options
        self.chance = random.Random(options.seed)
        self.cluster = Cluster(options.home, options.ports, auth="tokens")
        self.happened = []  # (kind, begin, end)
        self.findings = []
        self.statements = collections.Counter()  # of reads, by the kind of server
        self.known_figures = collections.Counter()  # (process, kind of server)

    def run(self):
        cluster = self.cluster
        cluster.start(self.options.through)
        load = Load(PORTS["instances"], self._fill(), self.options.seed, WRITERS)
        probes = [Probe(node, cluster.passwords["superuser"]) for node in cluster.nodes]
        load.start()
        begin = time.time()
        try:
            self._run(load, probes, begin)
        finally:
            # Also when the check, or a fault, has ended by an error: what was found is not lost.
            self._keep(load)
            self._print_findings()
        self._report(load, probes, time.time() - begin)
        print(f"{len(self.findings)} findings")
        return 1 if self.findings else 0

    def _run(self, load, probes, begin):
        print(f"chaos-cluster: {self.options.seconds} s, seed {self.options.seed},"
              f" {os.getloadavg()[0]:.1f} processes on {os.cpu_count()} cores", flush=True)
        try:
            self._disturb(load, begin + self.options.seconds)
        finally:
            self._heal(load)
            healed = time.time()
            if not load.finish(60):
                self.findings.append("a client is not done a minute after the last fault")
            for probe in probes:
                probe.stop()
        if not self.happened:
            self.findings.append("no fault has happened")
        for port in PORTS["instances"]:
            last = max((moment for moment, p in load.acknowledged if p == port), default=0)
            if last < healed - 15 or get(port, "/readyz")[0] != 200:
                self.findings.append(f"the instance at {port} is stuck")
        # The check joins whole tables, whose sizes nobody has told the planner yet.
        self._sql("ANALYZE")
        self.findings += check(load, self._sql)

    def _sql(self, text):
        """Asks the primary, whoever that is by now."""
        text = f"SET search_path = waybill, pg_temp; {text}"
        for _ in range(5):
            try:
                return self.cluster.sql(text, database="waybill")
            except SystemExit as error:
                print(error, flush=True)
                wait_until(self.cluster.primary, 60)
        return self.cluster.sql(text, database="waybill")

    def _fill(self):
        """Products and customers; returns the tokens of all who will ask."""
        client = Client(PORTS["instances"][0])
        staff = self._token("admin")
        fields = JSON | bearer(staff)

        def post(path, body):
            status, text, _ = client.exchange("POST", path, body, fields)
            if status != 201:
                raise SystemExit(f"chaos-cluster: {path} is answered with {status} {text[:300]}")

        products = [(f"p{number}", SCARCE_STOCK if number <= SCARCE else START_STOCK)
                    for number in range(1, PRODUCTS + 1)]
        for name, stock in [*products, *((name, 0) for name in WATCHED)]:
            post("/products", f'{{"id":"{name}","name":"Product {name}","price":"1.00",'
                              f'"stock":{stock}}}')
        customers = [f"c{number}" for number in range(1, CUSTOMERS + 1)]
        for customer in customers:
            post("/customers", f'{{"id":"{customer}","name":"Demo Customer {customer}"}}')
        return Tokens(
            staff, [self._token("customer", "--customer", customer) for customer in customers],
            [self._token("retailer") for _ in range(2 * len(PORTS["instances"]))])

    def _token(self, role, *more):
        return run(self.cluster.instances[0].command[0], "token", "create", "--role", role, *more,
                   env=self.cluster.settings("service")).split()[0]

    # Faults.

    def _disturb(self, load, end):
        faults = Faults(self.cluster, self.chance)
        kinds = self.options.only
        known = 0
        while time.time() < end and len(load.faults) < 100:
            time.sleep(self.chance.uniform(0.5, 3))
            kind = self.chance.choice(kinds) if kinds else faults.next()
            begin = time.time()
            primary = self.cluster.primary()
            print(f"{time.strftime('%T')} {kind}; the primary is"
                  f" {primary.name if primary else 'nowhere'}", flush=True)
            if primary is None:
                continue
            self._count_statements()
            faults.happen(kind, primary)
            self._wait_until_healthy(load)
            self._count_statements()
            self.happened.append((kind, begin, time.time()))
            for silence in load.silences[known:]:
                print(f"no answer in time: {silence}", flush=True)
                self._keep_state(f"silence-{len(load.silences)}")
            known = len(load.silences)

    def _wait_until_healthy(self, load):
        """A fault must not hit what has not come back from the last: two nodes lost are another
        promise."""
        # Patroni looks every 2 seconds, so before that all seems well.
        time.sleep(3)
        if not wait_until(lambda: self._is_healthy(load), 90, 0.3):
            self.findings.append(f"{time.strftime('%T')}: not healthy 90 s after a fault")
            print(self.cluster.patronictl("list", check=False), flush=True)

    def _is_healthy(self, load):
        """Whether all nodes are there and orders are placed."""
        if not load.acknowledged or time.time() - load.acknowledged[-1][0] > 1:
            return False
        return (all(self.cluster.role(node) for node in self.cluster.nodes)
                and self.cluster.sync_standby() is not None)

    def _heal(self, load):
        for service in [*self.cluster.etcd.values(), *self.cluster.patroni.values(),
                        *self.cluster.instances]:
            if service.pid is None:
                service.start()
        wait_until(lambda: self._is_healthy(load), 60)

    # Figures.

    def _count_statements(self):
        """Adds what has come since the last time; what an instance that dies has counted is lost,
        so it has to be asked just before."""
        names = {"replica_reads_total": "replicas", "replica_reads_by_primary_total": "primary"}
        for port, instance in zip(PORTS["instances"], self.cluster.instances):
            now = collections.Counter()
            for line in get(port, "/metrics")[1].splitlines():
                server = names.get(line.split("{")[0])
                if server:
                    now[instance.pid, server] += int(line.split()[-1])
            for key, number in now.items():
                self.statements[key[1]] += number - self.known_figures[key]
                self.known_figures[key] = number

    def _keep_state(self, name):
        """What the instances and the database are doing."""
        with (self.cluster.home / name).open("w") as file:
            for port in PORTS["instances"]:
                print(port, get(port, "/metrics")[1], file=file)
            try:
                print(self._sql("SELECT * FROM pg_stat_activity"), file=file)
            except SystemExit as error:
                print(error, file=file)

    def _keep(self, load):
        with (self.cluster.home / "history.jsonl").open("w") as file:
            for operation in load.operations:
                print(operation.line(), file=file)

    def _report(self, load, probes, seconds):
        bare = sorted(moment for probe in probes for moment in probe.commits)
        rows, beyond_all, pauses_all = collections.defaultdict(list), [], []
        readers = [reader for reader in load.readers if reader.product is None]
        lists = [[moment for moment, status in reader.answers if status == 200]
                 for reader in readers]
        during = collections.Counter()  # answers to lists while no bare client could commit
        away_all = 0.0
        for kind, begin, end in self.happened:
            away = longest_gap(bare, begin, end)
            outage = away[1] - away[0]
            pause, beyond = 0.0, 0.0
            for port in PORTS["instances"]:
                mine = [moment for moment, p in load.acknowledged if p == port]
                gap = longest_gap(mine, begin, end)
                pause = max(pause, gap[1] - gap[0])
                if gap[0] <= away[1]:
                    beyond = max(beyond, gap[1] - away[1])
            if "instance" in kind:
                beyond = None
            gaps = [longest_gap(moments, begin, end) for moments in lists]
            rows[kind].append((outage, pause, beyond, max(last - first for first, last in gaps)))
            pauses_all.append(pause)
            if outage > OUTAGE and beyond is not None:
                beyond_all.append(beyond)
                away_all += outage
                during.update(status == 200 for reader in readers for moment, status
                              in reader.answers if away[0] < moment < away[1])
        timeline = int(self.cluster.sql("SELECT timeline_id FROM pg_control_checkpoint()"))
        print(f"\n{seconds:.0f} s, seed {self.options.seed}, through {self.options.through}:"
              f" {len(self.happened)} faults, {timeline - 1} fail-overs, load average"
              f" {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores")
        print("\nSeconds are p50, longest.\n\n| fault | times | a bare client's pause, s"
              " | writes paused, s | beyond, s | lists paused, s |\n"
              "| --- | --- | --- | --- | --- | --- |")
        for kind in sorted(rows):
            outages, pauses, beyonds, silent = zip(*rows[kind])
            known = [value for value in beyonds if value is not None]
            print(f"| {kind} | {len(outages)} | {spread(outages)} | {spread(pauses)}"
                  f" | {spread(known)} | {spread(silent)} |")
        print(f"\nbeyond Patroni's pause, of {len(beyond_all)} outages: p50"
              f" {quantile(beyond_all, 0.5)} s, p99 {quantile(beyond_all, 0.99)} s; writes paused:"
              f" p50 {quantile(pauses_all, 0.5)} s, p99 {quantile(pauses_all, 0.99)} s")
        print(f"lists of those who only read, in these {away_all:.0f} s of outages:"
              f" {during[True]} answered, {during[False]} not; of all reads that a replica may"
              f" answer, replicas did {self.statements['replicas']}, the primary"
              f" {self.statements['primary']}; shown and then gone, never acknowledged:"
              f" {sum(reader.taken_back for reader in load.readers)}")
        self._report_answers(load)

    def _print_findings(self):
        kinds = collections.Counter(finding.split(":")[0] for finding in self.findings)
        for finding in self.findings[:20]:
            print(f"FINDING: {finding}")
        if len(self.findings) > 20:
            print(f"of each kind: {dict(kinds.most_common(10))}")

    def keep_evidence(self):
        """Puts the logs, the history and the states beside the home, which goes with the data."""
        home = self.cluster.home
        place = home.with_name(f"{home.name}-seed-{self.options.seed}-{time.strftime('%H%M%S')}")
        place.mkdir(mode=0o700)
        for found in [home / "logs", home / "history.jsonl", *home.glob("silence-*")]:
            if found.exists():
                shutil.move(found, place / found.name)
        print(f"the logs and the history are kept in {place}", flush=True)

    @staticmethod
    def _report_answers(load):
        orders = sum(o.has_placed for o in load.operations)
        print(f"{len(load.operations)} keys, {orders} orders;"
              f" {sum(o.replayed for o in load.operations)} answers were replays;"
              f" followers have seen {[len(f.events) for f in load.followers]} events")
        statuses = sorted({status for _, status in load.answers})
        print("\n| requests | " + " | ".join(str(s or "none") for s in statuses) + " |")
        print("| --- |" + " --- |" * len(statuses))
        for kind in sorted({kind for kind, _ in load.answers}):
            print(f"| {kind} | " + " | ".join(
                str(load.answers[kind, status]) for status in statuses) + " |")


def quantile(values, part):
    values = sorted(values)
    return f"{values[min(len(values) - 1, int(len(values) * part))]:.2f}" if values else "-"


def spread(values):
    return f"{quantile(values, 0.5)}, {quantile(values, 1)}" if values else "-"


def main():
    parser = argparse.ArgumentParser(prog="./dev chaos-cluster")
    parser.add_argument("seconds", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1_000_000))
    parser.add_argument("--only", action="append", help="such a fault; may be given several times",
                        choices=[*KINDS, *KINDS_OF_NETWORK])
    add_options(parser, "/tmp/waybill-chaos")
    parser.add_argument("--keep", action="store_true", help="leave the cluster running")
    options = parser.parse_args()
    end_orderly()
    chaos = Chaos(options)
    needs_network = set(options.only or []) & KINDS_OF_NETWORK.keys()
    if needs_network and not chaos.cluster.has_network:
        parser.error(f"only root, without --ports, has: {', '.join(needs_network)}")
    code = 1
    try:
        code = chaos.run()
    finally:
        # A start that was refused leaves what it found.
        if chaos.cluster.has_begun and not options.keep:
            chaos.cluster.stop(chaos.keep_evidence if code else lambda: None)
    return code


if __name__ == "__main__":
    sys.exit(main())
