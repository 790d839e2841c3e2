"""What can happen to a cluster, each with the way back."""

import contextlib
import signal
import time

from topology import family, send, wait_until


class Faults:
    """Faults of a running cluster; `chance` decides whom they hit and how long they last.

    Each is told who is the primary. What lasts is undone also when the run is ended meanwhile.
    """

    def __init__(self, cluster, chance):
        self.cluster = cluster
        self.chance = chance
        self.kinds = KINDS | KINDS_OF_NETWORK if cluster.has_network else KINDS

    def next(self):
        weights = [weight for weight, _ in self.kinds.values()]
        return self.chance.choices(list(self.kinds), weights)[0]

    def happen(self, kind, primary):
        self.kinds[kind][1](self, primary)

    def wait(self, low, high):
        time.sleep(self.chance.uniform(low, high))

    # The database.

    def kill_primary(self, node):
        send([node.postmaster], signal.SIGKILL)

    def kill_node(self, node):
        """As if the machine had lost its power, but for etcd."""
        patroni = self.cluster.patroni[node.name]
        postmaster = node.postmaster
        patroni.signal(signal.SIGKILL)
        send(family(postmaster), signal.SIGKILL)
        self.wait(1, 25)
        patroni.start()

    def kill_replica(self, primary):
        node = self.chance.choice([n for n in self.cluster.nodes if n is not primary])
        send([node.postmaster], signal.SIGKILL)

    def kill_patroni(self, primary):
        """The server runs on with nobody who would stop it."""
        patroni = self.cluster.patroni[primary.name]
        patroni.signal(signal.SIGKILL)
        self.wait(1, 40)
        patroni.start()

    def stop_primary(self, primary):
        """It neither answers nor hangs up."""
        stopped = family(primary.postmaster)
        with contextlib.ExitStack() as ways_back:
            ways_back.callback(send, stopped, signal.SIGCONT)
            send(stopped, signal.SIGSTOP)
            self.wait(3, 35)

    def switch_over(self, _):
        self.cluster.patronictl("switchover", "--force", check=False)

    # etcd.

    def kill_member(self, _):
        self.kill_etcd(1)

    def kill_two_members(self, _):
        self.kill_etcd(2)

    def kill_etcd(self, count):
        victims = self.chance.sample(list(self.cluster.etcd.values()), count)
        for etcd in victims:
            etcd.signal(signal.SIGKILL)
        self.wait(1, 20)
        for etcd in victims:
            etcd.start()

    # The network and the disk.

    def cut_primary(self, node):
        with contextlib.ExitStack() as ways_back:
            ways_back.callback(node.mend)
            node.cut()
            self.wait(3, 35)

    def cut_pair(self, primary):
        standby = self.cluster.sync_standby()
        if standby is None:
            return
        with contextlib.ExitStack() as ways_back:
            ways_back.callback(primary.find, standby)
            ways_back.callback(standby.find, primary)
            primary.lose(standby)
            standby.lose(primary)
            self.wait(3, 20)

    def fill_disk(self, node):
        with contextlib.ExitStack() as ways_back:
            ways_back.callback(node.empty_disk)
            if not node.fill_disk():
                raise SystemExit("cluster: the disk cannot be filled")
            end = time.monotonic() + self.chance.uniform(5, 15)
            while time.monotonic() < end and node.postmaster:
                # The files of WAL that are ready for use are soon used up.
                try:
                    self.cluster.sql("SELECT pg_switch_wal()", node=node, seconds=10)
                except SystemExit:
                    pass
                time.sleep(0.5)

    # The service.

    def kill_instance(self, _):
        instance = self.chance.choice(self.cluster.instances)
        instance.signal(signal.SIGKILL)
        wait_until(lambda: instance.pid is None, 5)
        instance.start()

    def restart_instance(self, _):
        instance = self.chance.choice(self.cluster.instances)
        instance.stop(15)
        instance.start()

    def stop_instance(self, _):
        instance = self.chance.choice(self.cluster.instances)
        with contextlib.ExitStack() as ways_back:
            ways_back.callback(instance.signal, signal.SIGCONT)
            instance.signal(signal.SIGSTOP)
            self.wait(1, 8)


# What each does, and how often it comes of all faults.
KINDS = {
    "kill -9 of the primary": (6, Faults.kill_primary),
    "kill -9 of the primary and its Patroni": (3, Faults.kill_node),
    "kill -9 of a replica": (2, Faults.kill_replica),
    "kill -9 of the primary's Patroni": (1, Faults.kill_patroni),
    "kill -9 of an etcd member": (2, Faults.kill_member),
    "kill -9 of two etcd members": (1, Faults.kill_two_members),
    "SIGSTOP of the primary": (2, Faults.stop_primary),
    "switchover": (6, Faults.switch_over),
    "kill -9 of an instance": (2, Faults.kill_instance),
    "restart of an instance": (2, Faults.restart_instance),
    "SIGSTOP of an instance": (1, Faults.stop_instance),
}
# These need a network and a disk for each node.
KINDS_OF_NETWORK = {
    "primary cut off": (2, Faults.cut_primary),
    "primary and standby cannot see each other": (1, Faults.cut_pair),
    "disk of the primary full": (1, Faults.fill_disk),
}
