"""Where the nodes of the cluster are, and how their processes are started, found and ended."""

import os
import pathlib
import secrets
import shutil
import signal
import stat
import string
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = REPOSITORY / "packaging" / "ha"
BRIDGE = "waybill-ha"
# For documentation and tests of networks (RFC 2544); nobody's own network.
NETWORK = "198.18.57"
# The rule of the firewall that lets the nodes reach each other.
PASSING = ("FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT")
# In memory, of which a node takes only what it writes.
DISK_MEGABYTES = 1536


def environment(**more):
    """What a program gets: nothing of the caller's proxies, and of their settings only PATH."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}


def run(*command, check=True, env=None, seconds=120, **options):
    """Runs a program to its end and returns what it printed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, text=True, capture_output=True, check=False, env=env or environment(),
            timeout=seconds, **options)
    except subprocess.TimeoutExpired:
        if check:
            raise SystemExit(f"cluster: {words[0]}: not done after {seconds} s") from None
        return ""
    if check and done.returncode != 0:
        # Not the whole command, which may hold a password.
        raise SystemExit(f"cluster: {words[0]}: {done.stderr.strip()}")
    return done.stdout


def state(pid):
    """What /proc tells of a process from its state on; nothing when it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
    return [] if fields[0] == "Z" else fields


def started_at(pid):
    """When the process began, in ticks since the machine did; empty when it is none."""
    return (state(pid) or [""] * 20)[19]


def family(pid):
    """A process and all below it, the eldest first."""
    states = {int(name): state(name) for name in os.listdir("/proc") if name.isdigit()}
    parents = {member: int(fields[1]) for member, fields in states.items() if fields}
    found = [pid] if pid in parents else []
    for member in found:
        found += [child for child, parent in parents.items() if parent == member]
    return found


def send(pids, number):
    """What has ended already, or never began, gets no signal."""
    for pid in pids:
        try:
            if pid is not None:
                os.kill(pid, number)
        except ProcessLookupError:
            pass


class Service:
    """A program that runs on until it is stopped; its number is kept in a file."""

    def __init__(self, folder, name, command, env=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.env = env or environment()
        self.log = folder / f"{name}.log"
        self.file = folder / f"{name}.pid"

    def start(self):
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=self.env)
        self.file.write_text(f"{child.pid} {started_at(child.pid)}")

    @property
    def pid(self):
        """None unless it runs; the number may belong to another program by now."""
        try:
            pid, start = self.file.read_text().split()
        except (OSError, ValueError):
            return None
        reap(int(pid))
        return int(pid) if started_at(int(pid)) == start else None

    def signal(self, number):
        if self.pid is not None:
            send([self.pid], number)

    def stop(self, seconds=10):
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if not wait_until(lambda: self.pid is None, seconds):
            self.signal(signal.SIGKILL)


def reap(pid):
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        pass


def wait_until(condition, seconds, pause=0.1):
    """Whether the condition came true in that time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(pause)
    return True


class Node:
    """A machine with PostgreSQL, Patroni and a member of etcd."""

    def __init__(self, home, number, has_network):
        self.name = f"n{number}"
        self.has_network = has_network
        self.folder = home / self.name
        self.address = f"{NETWORK}.{10 + number}" if has_network else "127.0.0.1"
        self.port = 5432 if has_network else 15432 + number
        self.rest_port = 8008 if has_network else 18008 + number
        self.client_port = 2379 if has_network else 12379 + 10 * number
        self.peer_port = self.client_port + 1
        self.space = f"{BRIDGE}-{self.name}"
        self.cable = f"wb-ha-{self.name}"

    @property
    def ports(self):
        return self.port, self.rest_port, self.client_port, self.peer_port

    def conninfo(self, database):
        """How its superuser reaches the server on it."""
        return (f"host={self.address} port={self.port} user=postgres dbname={database}"
                " connect_timeout=2")

    @property
    def data(self):
        return self.folder / "data"

    def entering(self, *command):
        """The command as it runs on this node, as a user who is not root."""
        words = list(command)
        if os.geteuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
        if self.has_network:
            words = ["ip", "netns", "exec", self.space, *words]
        return words

    @property
    def postmaster(self):
        """The number of the server's first process; None when it does not run."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return None
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return None
        return pid if str(self.data).encode() in words else None

    # What the network does to the node.

    def connect(self):
        run("ip", "netns", "add", self.space)
        run("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0",
            "netns", self.space)
        run("ip", "link", "set", self.cable, "master", BRIDGE, "up")
        inside = ("ip", "-n", self.space)
        run(*inside, "addr", "add", f"{self.address}/24", "dev", "eth0")
        run(*inside, "link", "set", "eth0", "up")
        run(*inside, "link", "set", "lo", "up")

    def cut(self):
        """Nothing comes in or goes out any more, and nobody is told."""
        run("ip", "link", "set", self.cable, "down")

    def mend(self):
        run("ip", "link", "set", self.cable, "up")

    def lose(self, other):
        """What is sent to the other node goes to a card that does not exist."""
        run("ip", "-n", self.space, "neigh", "replace", other.address, "lladdr",
            "02:00:00:00:00:01", "dev", "eth0", "nud", "permanent")

    def find(self, other):
        run("ip", "-n", self.space, "neigh", "del", other.address, "dev", "eth0", check=False)

    # What the disk does to it.

    def mount(self):
        run("mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m,mode=0700", "tmpfs", self.folder)

    def fill_disk(self):
        """Leaves no room for a further file of WAL. The disk becomes as small as what is on it,
        which takes no memory; the server may write meanwhile, and then it is tried again."""
        return wait_until(lambda: self._resize(shutil.disk_usage(self.folder).used + (1 << 20)), 10)

    def empty_disk(self):
        self._resize(DISK_MEGABYTES << 20)

    def _resize(self, size):
        words = ("mount", "-o", f"remount,size={size}", self.folder)
        run(*words, check=False)
        return abs(shutil.disk_usage(self.folder).total - size) <= 1 << 16


class Home:
    """The folder of a cluster. It goes with the cluster, so no other folder may be taken for one:
    it has a marker, and both are of the user who runs this."""

    def __init__(self, path):
        self.path = pathlib.Path(path).absolute()
        self.marker = self.path / "waybill-cluster"

    @property
    def exists(self):
        return os.path.lexists(self.path)

    @property
    def is_ours(self):
        """Whether we made it; a link leads to what may be anybody's."""
        try:
            folder, marker = os.lstat(self.path), os.lstat(self.marker)
        except OSError:
            return False
        return (stat.S_ISDIR(folder.st_mode) and stat.S_ISREG(marker.st_mode)
                and folder.st_uid == marker.st_uid == os.geteuid())

    @property
    def has_network(self):
        return self.marker.read_text() == "network"

    def make(self, has_network):
        self.path.mkdir(parents=True)
        # The user postgres must come through, whatever the caller's umask is.
        self.path.chmod(0o711)
        self.marker.write_text("network" if has_network else "ports")
        names = ("superuser", "replication", "rewind", "owner", "service")
        write_private(self.path / "passwords", "".join(
            f"{name} {secrets.token_hex(16)}\n" for name in names))

    def passwords(self):
        lines = (self.path / "passwords").read_text().splitlines()
        return dict(line.split() for line in lines)


def write_private(file, text):
    file.touch(0o600)
    file.write_text(text)


class Network:
    """The bridge between the nodes. It bears the name of the home it was made for, so that another
    cluster leaves it alone."""

    def __init__(self, home):
        self.home = str(home)

    @property
    def owner(self):
        """The home that it was made for; None when there is no bridge."""
        try:
            return pathlib.Path(f"/sys/class/net/{BRIDGE}/ifalias").read_text().strip()
        except OSError:
            return None

    @property
    def is_ours(self):
        return self.owner == self.home

    def make(self):
        run("ip", "link", "add", BRIDGE, "type", "bridge")
        run("ip", "link", "set", BRIDGE, "alias", self.home)
        run("ip", "addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        run("ip", "link", "set", BRIDGE, "up")
        if self._is_filtered:
            run("iptables", "-I", *PASSING)

    @property
    def _is_filtered(self):
        """Whether the rules of the firewall hold between the nodes, too, as Docker has it, which
        lets nothing through but its own."""
        switch = pathlib.Path("/proc/sys/net/bridge/bridge-nf-call-iptables")
        return switch.exists() and switch.read_text() != "0\n" and shutil.which("iptables")

    def remove(self, nodes):
        """With everything that still runs in it."""
        for node in nodes:
            send(map(int, run("ip", "netns", "pids", node.space, check=False).split()),
                 signal.SIGKILL)
            run("ip", "link", "del", node.cable, check=False)
            run("ip", "netns", "del", node.space, check=False)
        run("ip", "link", "del", BRIDGE, check=False)
        if self._is_filtered:
            run("iptables", "-D", *PASSING, check=False)


def filled(template, target, **values):
    """Writes the template with its names filled in, for the owner alone."""
    text = string.Template((TEMPLATES / template).read_text()).substitute(values)
    write_private(target, text)
    if os.geteuid() == 0:
        shutil.chown(target, "postgres", "postgres")
