"""The packet path of a tunnel in user space, with what it may hand over."""

import os
import re
import shutil
import signal
import tempfile

from lib import CLIENT4, CLIENT6, SERVER6, Case
from nat import NAT4, NatNet
from traffic import Traffic

MANY = 4 << 20      # octets of TCP
PING = 500          # octets of a ping's payload
INNER = PING + 48   # and the packet's
OUTER = INNER + 28


def numbers(client, pattern="info state=.*"):
    """Those in a line that SIGUSR1 causes."""
    start = client.mark()
    client.send(signal.SIGUSR1)
    line = client.wait_log(pattern, 10, start).group(0)
    return {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)(?= |$)", line)}


class RoutedNet(NatNet):
    """The net with a host in the middle that is no NAT, but a bad way."""

    def _connect(self):
        super()._connect()
        self.server.ip(f"route add {CLIENT4}/32 via {NAT4}")

    def masquerade(self, udp_ports=""):
        pass

    def worsen(self, case, seed, pid):
        """All UDP takes a way through a program."""
        made = Traffic(case, self.nat, "worsen", "bad0", seed, pid)
        self.nat.ip("link set bad0 up", "route add default dev bad0 table 7",
                    "rule add iif lan ipproto udp table 7",
                    "rule add iif wan ipproto udp table 7")
        return made


class Bed(Case):
    def path(self, client):
        """How the packets go, of the last line about it."""
        return client.lines(r"\brelay tun=")[-1].partition("relay ")[2]

    def passed(self):
        """Packets that the device gave, and took."""
        link, = self.net.client.show(f"link show dev {self.tunnel()}", "-s")
        return (link["stats64"]["tx"]["packets"],
                link["stats64"]["rx"]["packets"])

    def transfer(self, octets=MANY, timeout=60):
        """TCP from either side, both ways, two at once."""
        for here, there, address in (
                (self.net.client, self.net.server, SERVER6),
                (self.net.server, self.net.client, CLIENT6)):
            echo = Traffic(self, there, "echo", address)
            Traffic(self, here, "send", address, octets).finish(timeout)
            echo.stop()


class TestOffload(Bed):
    def test_udp(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        self.assertEqual(self.path(client), "tun=offload out=gso in=gro")
        self.transfer()
        count, (given, taken) = numbers(client), self.passed()
        # More packets passed outside than the kernel had to do with.
        self.assertGreater(count["out"], 1.5 * given)
        self.assertGreater(count["in"], taken)
        self.assertNotIn("gso_refused", count)
        self.assertEqual(count["dropped_in"], 0)

    def test_protocol_41(self):
        self.serve()
        client = self.up("-t", "host")
        self.assertEqual(self.path(client), "tun=offload out=plain in=plain")
        self.transfer()
        count, (given, taken) = numbers(client), self.passed()
        self.assertGreater(count["out"], 1.5 * given)
        self.assertGreater(count["in"], taken)

    def test_every_size(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        Traffic(self, self.net.server, "return", SERVER6)
        Traffic(self, self.net.client, "sizes", SERVER6, 0, 1232).finish()
        Traffic(self, self.net.client, "return", CLIENT6)
        Traffic(self, self.net.server, "sizes", CLIENT6, 0, 1232).finish()
        self.assertEqual(numbers(client)["dropped_out"], 0)

    def test_fragments_inside(self):
        self.serve()
        self.up("-U", "-t", "host")
        for size in "1233", "4000", "60000":
            self.assertTrue(self.net.client.ping(SERVER6, "-s", size))
            self.assertTrue(self.net.server.ping(CLIENT6, "-s", size))
        Traffic(self, self.net.server, "return", SERVER6)
        Traffic(self, self.net.client, "sizes", SERVER6, 9000, 9010).finish()

    def test_small_path(self):
        """The datagrams are fragmented; a train of them is refused."""
        for host in self.net.client, self.net.server:
            host.ip("link set wan mtu 1300")
        self.serve()
        client = self.up("-U", "-t", "host")
        self.transfer()
        self.assertTrue(self.net.client.ping(SERVER6, "-s", "1232"))
        count = numbers(client)
        self.assertGreater(count["gso_refused"], 0)
        self.assertLess(count["gso_refused"], 20)
        self.assertEqual(count["dropped_out"], 0)
        # The path becomes a better one.
        for host in self.net.client, self.net.server:
            host.ip("link set wan mtu 1500")
        self.transfer(1 << 20)


class TestTrafficClass(Bed):
    def ping(self, tclass, *watch):
        """Of that class; what a device of a host shows of it."""
        host, device, size, count = watch
        seen = Traffic(self, host, "classes", device, size, count)
        self.assertTrue(self.net.client.ping(
            SERVER6, "-s", str(PING), "-Q", hex(tclass)))
        return seen.finish(10)

    def check_outwards(self, outer):
        """Out it goes with the packet; the far end's have none."""
        wan = self.net.server, "wan", outer, 2
        # Expedited forwarding, then the codepoints for congestion.
        for tclass in 0xb8, 0x00, 0x02, 0x01, 0xbb:
            self.assertEqual(self.ping(tclass, *wan), [f"{tclass:02x}", "00"])

    def check_congestion(self, rule):
        self.net.server.run(
            "nft", "add table ip ce; add chain ip ce out { type filter hook "
            f"postrouting priority 0; }}; add rule ip ce out {rule} ip ecn "
            "set ce")
        inside = self.net.client, self.tunnel(), INNER, 2
        self.assertEqual(self.ping(0xba, *inside), ["ba", "bb"])
        self.assertEqual(self.ping(0x01, *inside), ["01", "03"])
        # A packet that cannot tell of it is dropped.
        self.assertFalse(self.net.client.ping(SERVER6, "-W", "1"))
        self.net.server.run("nft", "delete table ip ce")
        self.assertPings()

    def test_udp(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        self.check_outwards(OUTER)
        self.check_congestion("meta l4proto udp")
        self.assertGreater(numbers(client, "info drops.*")["in_ecn"], 0)

    def test_protocol_41(self):
        self.serve()
        client = self.up("-t", "host")
        self.check_outwards(OUTER - 8)
        self.check_congestion("meta l4proto 41")
        self.assertGreater(numbers(client, "info drops.*")["in_ecn"], 0)


class TestFallingBack(Bed):
    """A kernel that lacks something: one call fails, once."""

    PLAIN_TUN = "tun=plain out=gso in=gro"
    LACKING = {"TUNGETFEATURES": PLAIN_TUN, "TUNSETVNETHDRSZ": PLAIN_TUN,
               "TUNSETVNETLE": PLAIN_TUN, "TUNSETOFFLOAD": PLAIN_TUN,
               "UDP_SEGMENT": "tun=offload out=plain in=gro",
               "UDP_GRO": "tun=offload out=gso in=plain"}

    def setUp(self):
        super().setUp()
        self.dir = tempfile.mkdtemp(prefix="dtcp-e2e-")
        self.addCleanup(shutil.rmtree, self.dir)

    def traced(self, *options):
        """A client up, and the calls of its root process."""
        trace = os.path.join(self.dir, "trace")
        # -D: the program is our child, not strace's.
        client = self.up("-U", "-t", "host", wrap=[
            "strace", "-D", "-f", "-qq", "-o", trace, "-e",
            "trace=ioctl,setsockopt", *options])
        with open(trace) as f:
            return client, [line.partition(" ")[2].lstrip() for line in f
                            if line.startswith(f"{client.pid} ")]

    def learn(self):
        """Which call of its kind is the first with that word in it?"""
        client, calls = self.traced()
        client.stop()
        found = {}
        for word in self.LACKING:
            at = next(i for i, line in enumerate(calls) if word in line)
            name = calls[at].partition("(")[0]
            found[word] = name, sum(line.startswith(name + "(")
                                    for line in calls[:at + 1])
        return found

    def test_one_by_one(self):
        self.serve()
        for word, (name, nth) in self.learn().items():
            with self.subTest(word):
                before = self.net.client.snapshot()
                client, calls = self.traced(
                    "-e", f"inject={name}:error=EINVAL:when={nth}")
                self.assertTrue([line for line in calls if word in line
                                 and "INJECTED" in line], calls)
                self.assertEqual(self.path(client), self.LACKING[word])
                self.assertPings()
                self.transfer(1 << 18)
                self.assertEqual(numbers(client)["dropped_in"], 0)
                self.assertStops(client, before)

    test_one_by_one.slow = True


class TestBadPath(Bed):
    network = RoutedNet

    def test_tcp(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        bad = self.net.worsen(self, 1, client.engine)
        self.transfer(1 << 20, 100)
        count = dict(word.split("=") for word in bad.finish())
        for what in "lost", "early", "twice":
            self.assertGreater(int(count[what]), 5, count)
        count, (_, taken) = numbers(client), self.passed()
        self.assertGreater(count["in"], 1.2 * taken)
        self.assertEqual(count["dropped_in"], 0)
        self.assertEqual(client.lines("state=(waiting|probing)"), [])

    test_tcp.slow = True
