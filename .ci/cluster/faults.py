"""What can happen to a cluster, each with the way back."""

import signal
import time

from topology import family, send, wait_until


class Faults:
    """Faults of a running cluster; `chance` decides whom they hit and how long they last.

    Each is told who is the primary.
    """

    # How often each comes, of all faults; the last need a network and a disk for each node.
    weights = {
        "kill -9 of the primary": 6, "kill -9 of the primary and its Patroni": 3,
        "kill -9 of a replica": 2, "kill -9 of the primary's Patroni": 1,
        "kill -9 of an etcd member": 2, "kill -9 of two etcd members": 1,
        "SIGSTOP of the primary": 2, "switchover": 6, "kill -9 of an instance": 2,
        "restart of an instance": 2, "SIGSTOP of an instance": 1,
    }
    weights_of_network = {
        "primary cut off": 2, "primary and standby cannot see each other": 1,
        "disk of the primary full": 1,
    }

    def __init__(self, cluster, chance):
        self.cluster = cluster
        self.chance = chance
        self.table = {
            "kill -9 of the primary": self.kill_primary,
            "kill -9 of the primary and its Patroni": self.kill_node,
            "kill -9 of a replica": self.kill_replica,
            "kill -9 of the primary's Patroni": self.kill_patroni,
            "kill -9 of an etcd member": lambda _: self.kill_etcd(1),
            "kill -9 of two etcd members": lambda _: self.kill_etcd(2),
            "SIGSTOP of the primary": self.stop_primary,
            "switchover": self.switch_over,
            "kill -9 of an instance": self.kill_instance,
            "restart of an instance": self.restart_instance,
            "SIGSTOP of an instance": self.stop_instance,
            "primary cut off": self.cut_primary,
            "primary and standby cannot see each other": self.cut_pair,
            "disk of the primary full": self.fill_disk,
        }
        if cluster.has_network:
            self.weights = self.weights | self.weights_of_network

    def next(self):
        return self.chance.choices(list(self.weights), list(self.weights.values()))[0]

    def wait(self, low, high):
        time.sleep(self.chance.uniform(low, high))

    # The database.

    def kill_primary(self, node):
        send([node.postmaster], signal.SIGKILL)

    def kill_node(self, node):
        """As if the machine had lost its power, but for etcd."""
        patroni = self.cluster.patroni[node.name]
        postmaster = node.postmaster
        send([patroni.pid], signal.SIGKILL)
        send(family(postmaster), signal.SIGKILL)
        self.wait(1, 25)
        patroni.start()

    def kill_replica(self, primary):
        node = self.chance.choice([n for n in self.cluster.nodes if n is not primary])
        send([node.postmaster], signal.SIGKILL)

    def kill_patroni(self, primary):
        """The server runs on with nobody who would stop it."""
        patroni = self.cluster.patroni[primary.name]
        send([patroni.pid], signal.SIGKILL)
        self.wait(1, 40)
        patroni.start()

    def stop_primary(self, primary):
        """It neither answers nor hangs up."""
        stopped = family(primary.postmaster)
        send(stopped, signal.SIGSTOP)
        try:
            self.wait(3, 35)
        finally:
            send(stopped, signal.SIGCONT)

    def switch_over(self, _):
        self.cluster.patronictl("switchover", "--force", check=False)

    # etcd.

    def kill_etcd(self, count):
        victims = self.chance.sample(list(self.cluster.etcd.values()), count)
        for etcd in victims:
            etcd.signal(signal.SIGKILL)
        self.wait(1, 20)
        for etcd in victims:
            etcd.start()

    # The network and the disk.

    def cut_primary(self, node):
        node.cut()
        self.wait(3, 35)
        node.mend()

    def cut_pair(self, primary):
        standby = self.cluster.sync_standby()
        if standby is None:
            return
        primary.lose(standby)
        standby.lose(primary)
        self.wait(3, 20)
        primary.find(standby)
        standby.find(primary)

    def fill_disk(self, node):
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
        node.empty_disk()

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
        instance.signal(signal.SIGSTOP)
        self.wait(1, 8)
        instance.signal(signal.SIGCONT)
