"""A highly available Waybill on one machine: `./dev cluster`.

Three nodes with PostgreSQL, Patroni and etcd, haproxy before them, and instances of the service.
As root each node is a network namespace with an address and a disk of its own, in memory;
otherwise, and with --ports, the nodes are ports of 127.0.0.1.
"""

import argparse
import os
import shutil
import signal
import socket
import sys
import time

from client import get
from topology import (
    NETWORK, REPOSITORY, Home, Network, Node, Service, environment, family, filled, run, send,
    started_at, wait_until, write_private)

PROGRAM = REPOSITORY / ".build" / "release" / "waybill"
PORTS = {"http": 18090, "write": 15000, "read": 15001, "instances": [18081, 18082]}


class Cluster:
    def __init__(self, home, on_ports=False, auth="open"):
        self.folder = Home(home)
        self.auth = auth
        self.home = self.folder.path
        self.has_begun = False  # whether this object has started it
        self.on_ports = on_ports
        self.has_network = os.geteuid() == 0 and not on_ports
        if self.folder.is_ours:
            self.has_network = self.folder.has_network
        self.network = Network(self.home)
        self.nodes = [Node(self.home, number, self.has_network) for number in (1, 2, 3)]
        self.logs = self.home / "logs"
        self.passwords = self.folder.passwords() if self.folder.is_ours else {}
        self.etcd = {node.name: self._etcd(node) for node in self.nodes}
        self.patroni = {node.name: self._patroni(node) for node in self.nodes}
        haproxy = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin") or "haproxy"
        self.haproxy = Service(
            self.logs, "haproxy", [haproxy, "-db", "-f", self.home / "haproxy.cfg"])
        self.instances = [
            self._instance(number, port) for number, port in enumerate(PORTS["instances"], 1)]

    # What runs.

    def _etcd(self, node):
        return Service(self.logs, f"etcd-{node.name}", node.entering(
            "etcd", "--config-file", node.folder / "etcd.yml"))

    def _patroni(self, node):
        return Service(self.logs, f"patroni-{node.name}", node.entering(
            "patroni", node.folder / "patroni.yml"))

    def _instance(self, number, port):
        return Service(self.logs, f"waybill-{number}", [PROGRAM, "serve"], env=self.settings(
            "service", HOST="127.0.0.1", PORT=str(port), LOG_LEVEL="notice", LOG_FORMAT="json",
            WAYBILL_AUTH=self.auth, WAYBILL_METRICS="open",
            WAYBILL_REPLICA_URL_FILE=str(self.home / "replicas.url")))

    def settings(self, role, **more):
        """The environment of one of our programs: nothing of the caller's but PATH."""
        url = self.home / f"{role}.url"
        return environment(DATABASE_URL_FILE=str(url), **more)

    def database_url(self, role, through="hosts"):
        """Where the service finds the primary: at one of the nodes, or behind haproxy."""
        hosts = f"127.0.0.1:{PORTS['write']}" if through == "haproxy" else self.hosts
        return f"{self._url(role, hosts)}?target_session_attrs=read-write"

    @property
    def hosts(self):
        return ",".join(f"{node.address}:{node.port}" for node in self.nodes)

    def _url(self, role, hosts):
        return f"postgresql://waybill_{role}:{self.passwords[role]}@{hosts}/waybill"

    # Start.

    def start(self, through):
        begin = time.monotonic()
        self._make_room()
        self.has_begun = True
        self.folder.make(self.has_network)
        self.logs.mkdir()
        self.passwords = self.folder.passwords()
        if self.has_network:
            self.network.make()
        for node in self.nodes:
            self._prepare(node)
        for etcd in self.etcd.values():
            etcd.start()
        self.patroni["n1"].start()
        if not wait_until(lambda: self.role(self.nodes[0]) == "primary", 60):
            raise SystemExit(f"cluster: no primary within a minute; see {self.logs}")
        self.patroni["n2"].start()
        self.patroni["n3"].start()
        self._write_haproxy()
        self.haproxy.start()
        # Before the standby is there, nothing can be committed.
        if not wait_until(lambda: self.sync_standby() is not None, 60):
            raise SystemExit(f"cluster: no synchronous standby within a minute; see {self.logs}")
        self._make_database(through)
        for instance in self.instances:
            instance.start()
        ports = PORTS["instances"]
        if not wait_until(lambda: all(get(port, "/readyz")[0] == 200 for port in ports), 30):
            raise SystemExit(f"cluster: an instance is not ready; see {self.logs}")
        wait_until(lambda: get(PORTS["http"], "/readyz")[0] == 200, 10)
        print(f"cluster: up after {time.monotonic() - begin:.0f} s in {self.home}")

    def _make_room(self):
        """Removes what an earlier cluster has left in this home; refuses what is another's."""
        if self.folder.exists and not self.folder.is_ours:
            raise SystemExit(f"cluster: {self.home} exists and is no cluster of yours: take another"
                             " --home")
        if any(service.pid for service in self.services):
            raise SystemExit(f"cluster: runs already in {self.home}; end it with ./dev cluster"
                             f" --home {self.home} stop")
        self.stop()
        if self.on_ports and self.has_network:
            raise SystemExit("cluster: what was left of an earlier one, without --ports, is removed"
                             " now; start again")
        if self.has_network and self.network.owner is not None:
            raise SystemExit("cluster: another one has the network, that of"
                             f" {self.network.owner or 'an unknown home'}; one at a time")
        places = [("127.0.0.1", port) for port in (
            PORTS["http"], PORTS["write"], PORTS["read"], *PORTS["instances"])]
        if not self.has_network:
            places += [(node.address, port) for node in self.nodes for port in node.ports]
        taken = [port for address, port in places if is_taken(address, port)]
        if taken:
            raise SystemExit(f"cluster: in use by another program: port {taken[0]} of 127.0.0.1")

    @property
    def services(self):
        return [*self.etcd.values(), *self.patroni.values(), self.haproxy, *self.instances]

    def _prepare(self, node):
        node.folder.mkdir()
        if self.has_network:
            node.connect()
            node.mount()
        if os.geteuid() == 0:
            shutil.chown(node.folder, "postgres", "postgres")
        filled(
            "etcd.yml", node.folder / "etcd.yml", NODE=node.name, ADDRESS=node.address,
            LISTEN=node.address, FOLDER=node.folder, CLIENT_PORT=node.client_port,
            PEER_PORT=node.peer_port, ETCD_MEMBERS=",".join(
                f"{n.name}=http://{n.address}:{n.peer_port}" for n in self.nodes))
        filled(
            "patroni.yml", node.folder / "patroni.yml", NODE=node.name, ADDRESS=node.address,
            PORT=node.port, REST_PORT=node.rest_port, FOLDER=node.folder,
            ETCD_HOSTS=",".join(f"{n.address}:{n.client_port}" for n in self.nodes),
            PROGRAMS=run("pg_config", "--bindir").strip(),
            NETWORK=f"{NETWORK}.0/24" if self.has_network else "127.0.0.1/32",
            SLOT_WAL="256MB", MAX_WAL="256MB",
            **{f"{name.upper()}_PASSWORD": word for name, word in self.passwords.items()})

    def _write_haproxy(self):
        nodes = [f"    server {n.name} {n.address}:{n.port} check port {n.rest_port}"
                 for n in self.nodes]
        instances = [f"    server waybill-{number} 127.0.0.1:{port} check"
                     for number, port in enumerate(PORTS["instances"], 1)]
        filled(
            "haproxy.cfg", self.home / "haproxy.cfg", BIND="127.0.0.1", HTTP_PORT=PORTS["http"],
            WRITE_PORT=PORTS["write"], READ_PORT=PORTS["read"], NODES="\n".join(nodes),
            INSTANCES="\n".join(instances))

    def _make_database(self, through):
        for role in ("owner", "service"):
            write_private(self.home / f"{role}.url", self.database_url(role, through))
            self.sql(f"CREATE ROLE waybill_{role} LOGIN PASSWORD '{self.passwords[role]}'")
        # Each node, whatever it is now: the service leaves out the one that is the primary.
        write_private(self.home / "replicas.url", self._url("service", self.hosts))
        # To see at once that a replica follows a new primary.
        self.sql("GRANT pg_read_all_stats TO waybill_service")
        self.sql("CREATE DATABASE waybill OWNER waybill_owner ENCODING 'UTF8' TEMPLATE template0")
        run(PROGRAM, "migrate", env=self.settings("owner", WAYBILL_SEED="none"))

    # Status.

    def sql(self, text, database="postgres", node=None, seconds=120):
        """The answer of the primary, or of a node, to its superuser."""
        node = node or self.primary()
        if node is None:
            raise SystemExit("cluster: there is no primary")
        # Everybody on the machine can read the arguments of a program.
        return run(
            "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-",
            node.conninfo(database), input=text, seconds=seconds,
            env=environment(PGPASSWORD=self.passwords["superuser"])).strip()

    def role(self, node):
        """primary or replica, if Patroni says that it serves; else empty."""
        return next((role for role in ("primary", "replica")
                     if get(node.rest_port, f"/{role}", node.address)[0] == 200), "")

    def primary(self):
        return next((node for node in self.nodes if self.role(node) == "primary"), None)

    def sync_standby(self):
        """The node without which the primary acknowledges nothing, if it can be seen."""
        return next((node for node in self.nodes
                     if get(node.rest_port, "/sync", node.address)[0] == 200), None)

    def status(self):
        print(self.patronictl("list"), end="")
        for service in [*self.etcd.values(), self.haproxy, *self.instances]:
            state = f"runs as {service.pid}" if service.pid else "is down"
            print(f"{service.name:12} {state}")
        for port in PORTS["instances"]:
            status, body = get(port, "/readyz")
            print(f"http://127.0.0.1:{port}/readyz {status} {body.strip()[:200]}")
        print(f"all instances: http://127.0.0.1:{PORTS['http']}; the primary: port"
              f" {PORTS['write']}; standbys: port {PORTS['read']} of 127.0.0.1")

    def patronictl(self, *words, check=True):
        for node in self.nodes:
            if self.etcd[node.name].pid:
                return run(*node.entering(
                    "patronictl", "-c", node.folder / "patroni.yml", *words), check=check)
        raise SystemExit("cluster: no member of etcd runs")

    # Stop.

    def stop(self, before_removal=lambda: None):
        """Ends and removes this cluster, or what is left of it; touches nothing of another."""
        if self.folder.is_ours:
            self._end_processes()
        if self.network.is_ours:
            self.network.remove(self.nodes)
        if self.folder.is_ours:
            before_removal()
            for node in self.nodes:
                if node.folder.is_mount():
                    run("umount", "-l", node.folder, check=False)
            shutil.rmtree(self.home)

    def _end_processes(self):
        for instance in self.instances:
            instance.stop()
        self.haproxy.stop()
        for node in self.nodes:
            self.patroni[node.name].signal(signal.SIGKILL)
        for node in self.nodes:
            # The data goes with the cluster, so nothing is saved.
            if node.postmaster:
                members = [(pid, started_at(pid)) for pid in family(node.postmaster)]
                send([pid for pid, _ in members], signal.SIGCONT)
                send([node.postmaster], signal.SIGQUIT)
                wait_until(lambda node=node: node.postmaster is None, 5)
                # Also its children, which it may have left behind.
                send([pid for pid, start in members if started_at(pid) == start], signal.SIGKILL)
            self.etcd[node.name].stop(5)


def is_taken(address, port):
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((address, port))
        except OSError:
            return True
    return False


def add_options(parser, home):
    """What ./dev cluster and ./dev chaos-cluster have in common."""
    parser.add_argument("--home", default=home, help="where everything is kept")
    parser.add_argument("--through", choices=["hosts", "haproxy"], default="hosts",
                        help="how the service finds the primary")
    parser.add_argument("--ports", action="store_true",
                        help="nodes are ports of 127.0.0.1, also as root")


def end_orderly():
    """A SIGTERM, and a terminal that was closed, end the program as an error does, once."""
    numbers = (signal.SIGTERM, signal.SIGHUP)

    def leave(number, _):
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in numbers:
        signal.signal(number, leave)


def main():
    parser = argparse.ArgumentParser(prog="./dev cluster")
    parser.add_argument(
        "command", nargs="?", default="start", choices=["start", "status", "stop", "patronictl"],
        help="all that comes after patronictl is for that program")
    add_options(parser, "/tmp/waybill-cluster")
    words, more = sys.argv[1:], []
    if "patronictl" in words:
        after = words.index("patronictl") + 1
        words, more = words[:after], words[after:]
    options = parser.parse_intermixed_args(words)
    end_orderly()
    cluster = Cluster(options.home, options.ports)
    if options.command == "start":
        cluster.start(options.through)
        cluster.status()
        return
    if cluster.folder.exists and not cluster.folder.is_ours:
        raise SystemExit(f"cluster: {cluster.home} is no cluster of yours")
    if options.command == "stop":
        cluster.stop()
    elif not cluster.folder.is_ours:
        raise SystemExit("cluster: not started")
    elif options.command == "status":
        cluster.status()
    else:
        print(cluster.patronictl(*more), end="")


if __name__ == "__main__":
    sys.exit(main())
