"""A LAN behind the client, for the tests of -P.

    host's namespace          client's namespace        server's namespace
    .----------------.        .----------------.        .----------------.
    | eth0  SLAAC ---+--------+-- lan0         |        |                |
    '----------------'        |   forwards     |        |  lo  WORLD6    |
    .----------------.        |   dtcp0  ======+========+= dtcps0        |
    | eth0 ----------+--------+-- lan1         |        |                |
    '----------------'        '----------------'        '----------------'

The second LAN is there where a test asks for it.  Hosts configure themselves
by the kernel's own means; what they hear is also read here, from the wire.
"""

import contextlib
import ipaddress
import signal
import socket
import subprocess
import threading

from lib import Case, Namespace, eventually, inside
import icmp6
from process import Lines

WORLD6 = "2001:db8:cafe::1"     # stands for the IPv6 Internet
SUBNET = "2001:db8:1:1::/64"    # what -P lan0/1 makes of DELEGATED
OTHER_DELEGATED = "2001:db8:2::/48"
OTHER_SUBNET = "2001:db8:2:1::/64"

ROUTER_LIFETIME, VALID, PREFERRED = 2700, 5400, 2700

# Listening for other routers takes 4 s, duplicate address detection 1 s each.
CONFIGURED = 30


def addresses(namespace, dev, scope):
    """What ip(8) knows of the addresses of that scope."""
    return [info for info in namespace.links()[dev]["addr_info"]
            if info["family"] == "inet6" and info["scope"] == scope]


def linklocal(namespace, dev):
    """The link-local address, once it can be used; else None."""
    for info in addresses(namespace, dev, "link"):
        if not info.get("tentative"):
            return info["local"]
    return None


class Recorder:
    """Router advertisements and solicitations that a host hears."""

    PACKET, IGNORE_OUTGOING, TIMESTAMPNS = 263, 23, 35

    def __init__(self, case, namespace):
        self.heard = []
        self.changed = threading.Condition()
        self.case = case
        self.name = namespace.name
        # Of no interface: one that is made anew is heard, too.
        self.socket = inside(namespace, socket.socket, socket.AF_PACKET,
                             socket.SOCK_DGRAM, socket.htons(0x86DD))
        self.socket.setsockopt(self.PACKET, self.IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, self.TIMESTAMPNS, 1)
        self.socket.settimeout(0.2)
        self.ended = False
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        case.addCleanup(self.stop)

    def _listen(self):
        while not self.ended:
            try:
                packet, extra, _, _ = self.socket.recvmsg(2048, 256)
            except TimeoutError:
                continue
            except OSError:     # the interface went down
                continue
            stamp = icmp6.timestamp(extra)
            message = icmp6.read(packet, stamp)
            if message:
                self.case.note(self.name[-2:], str(message))
                with self.changed:
                    self.heard.append(message)
                    self.changed.notify_all()

    def stop(self):
        self.ended = True
        self.thread.join(5)
        self.socket.close()

    def mark(self):
        return len(self.heard)

    def advertisements(self, start=0):
        return [m for m in self.heard[start:]
                if isinstance(m, icmp6.Advertisement)]

    def wait(self, match, timeout, start=0, what="such an advertisement"):
        """The first advertisement from start on for which match() holds."""
        found = []

        def look():
            found[:] = [m for m in self.advertisements(start) if match(m)]
            return bool(found)

        with self.changed:
            if not self.changed.wait_for(look, timeout):
                heard = "\n".join(map(str, self.heard[start:]))
                raise AssertionError(
                    f"not heard in {timeout} s: {what}; heard:\n{heard}")
        return found[0]


class Host(Namespace):
    """A host of the LAN, its only interface eth0."""

    def __init__(self, name, client, port):
        super().__init__(name)
        self.client, self.port = client, port
        self.ip("link set lo up")
        self.plug()

    def plug(self):
        """The cable to the client; anew after it was pulled."""
        for setting in "accept_ra=1", "autoconf=1", "use_tempaddr=0":
            self.run("sysctl", "-qw", "net.ipv6.conf.default." + setting)
        self.client.ip(
            f"link add {self.port} type veth peer name eth0 netns "
            f"{self.name}", f"link set {self.port} up")
        self.ip("link set eth0 up")
        # Until then routers could not be heard, and snapshots would differ.
        for end, dev in (self.client, self.port), (self, "eth0"):
            eventually(lambda: linklocal(end, dev), 15,
                       f"{dev} has its link-local address")

    def slaac(self, subnet):
        """Its own address in there, once it can be used: else None."""
        net = ipaddress.IPv6Network(subnet)
        for info in addresses(self, "eth0", "global"):
            if (ipaddress.IPv6Address(info["local"]) in net
                    and info.get("dynamic") and not info.get("tentative")):
                return info
        return None

    def wait_slaac(self, subnet=SUBNET, timeout=CONFIGURED):
        return eventually(lambda: self.slaac(subnet), timeout,
                          f"{self.name} has an address in {subnet}")["local"]

    def wait_deprecated(self, subnet, timeout):
        eventually(lambda: (self.slaac(subnet) or {}).get("deprecated"),
                   timeout, f"the address in {subnet} is deprecated")

    def send(self, packet, group="ff02::2"):
        """An IPv6 packet as it is, to a multicast group's address."""
        target = b"\x33\x33" + socket.inet_pton(socket.AF_INET6, group)[-4:]
        with inside(self, socket.socket, socket.AF_PACKET,
                    socket.SOCK_DGRAM) as s:
            for one in packet if isinstance(packet, list) else [packet]:
                s.sendto(one, ("eth0", 0x86DD, 0, 1, target))


class LanCase(Case):
    """Client, server, and hosts behind the client."""

    lans = 1
    forwarding = True

    def setUp(self):
        super().setUp()
        if self.forwarding:
            self.net.client.run("sysctl", "-qw",
                                "net.ipv6.conf.all.forwarding=1")
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")
        self.hosts = []
        for i in range(self.lans):
            tag = self.net.client.name[:-2]
            host = Host(f"{tag}-h{i}", self.net.client, f"lan{i}")
            self.addCleanup(host.delete)
            self.hosts.append(host)
        self.host = self.hosts[0]
        self.router = linklocal(self.net.client, "lan0")
        self.recorder = Recorder(self, self.host)

    def lan(self, *options, delegation="lan0/1", **more):
        """A client that is not running yet, for that -P."""
        return self.client("-t", "network", "-l", "-P", delegation,
                           *options, **more)

    def lan_up(self, *options, **more):
        client = self.lan(*options, **more).start()
        client.wait_state("up")
        return client

    # What is ours: nobody else in these tests has such lifetimes.

    def ours(self, ra):
        return ra.source == self.router and any(
            p.lifetimes in ((VALID, PREFERRED), (0, 0))
            for p in ra.prefixes.values())

    def wait_ours(self, subnet=SUBNET, timeout=CONFIGURED, start=0,
                  lifetimes=(VALID, PREFERRED)):
        """Our advertisement that says so of the subnet."""
        return self.recorder.wait(
            lambda ra: self.ours(ra) and subnet in ra.prefixes
            and ra.prefixes[subnet].lifetimes == lifetimes, timeout, start,
            f"{subnet} with lifetimes {lifetimes}")

    def connection(self):
        """Both ends of a TCP connection, host and WORLD6."""
        def listen():
            s = socket.create_server((WORLD6, 8080), family=socket.AF_INET6)
            s.settimeout(20)
            return s

        with inside(self.net.server, listen) as listener:
            near = inside(self.host, socket.create_connection,
                          (WORLD6, 8080), 20)
            self.addCleanup(near.close)
            far = listener.accept()[0]
        far.settimeout(20)
        self.addCleanup(far.close)
        return near, far

    def assertTalk(self, near, far):
        """What one end says comes out of the other."""
        for one, other in (near, far), (far, near):
            one.sendall(b"hello")
            self.assertEqual(other.recv(5, socket.MSG_WAITALL), b"hello")

    def assertReaches(self, subnet=SUBNET):
        """The host uses its address in there, through the tunnel."""
        address = self.host.wait_slaac(subnet)
        self.assertTrue(self.host.ping(WORLD6, "-I", address),
                        f"no way from {address} to {WORLD6}")
        self.assertTrue(self.net.server.ping(address),
                        f"no way from the server to {address}")


@contextlib.contextmanager
def running(case, namespace, *argv):
    """A program in a namespace, for as long as the block lasts."""
    child = subprocess.Popen([*namespace.enter, *argv],
                             stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT)
    try:
        yield Lines(child.stdout, log=lambda x: case.note(argv[0], x))
    finally:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
