"""UDP tunnels without a NAT."""

import ipaddress
import re
import signal
import statistics
import time

from lib import (CLIENT4, CLIENT6, ROUTER4, SERVER4, SERVER6, Case, eventually,
                 sh)
from traffic import Traffic

UDP_PORT = 4028
REACTION = 0.1      # seconds, under full load


def inner(source, payload=b"", following=59, version=6, length=None):
    """A packet for the client."""
    return (bytes([version << 4, 0, 0, 0])
            + (len(payload) if length is None else length).to_bytes(2, "big")
            + bytes([following, 64]) + ipaddress.IPv6Address(source).packed
            + ipaddress.IPv6Address(CLIENT6).packed + payload)


def numbers(client):
    """Those in SIGUSR1's line."""
    start = client.mark()
    client.send(signal.SIGUSR1)
    line = client.wait_log(r"info state=.*", 10, start).group(0)
    return {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)(?= |$)", line)}


class TestUdp(Case):
    def received(self):
        """Packets that the tunnel device took from dtcpc."""
        link, = self.net.client.show(f"link show dev {self.tunnel()}", "-s")
        return link["stats64"]["rx"]["packets"]

    def assertRefuses(self, pattern, *options, behave=()):
        before = self.net.client.snapshot()
        self.serve(behave=behave)
        client = self.client("-U", "-t", "host", *options).start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines(pattern), client.log.items)
        self.assertUnchanged(before)

    def test_both_ways(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-U", "-t", "host")
        self.assertEqual(self.server.wait("request")["keys"],
                         ["proto=udp", f"port={UDP_PORT}"])
        self.assertPings()
        Traffic(self, self.net.server, "echo", SERVER6)
        Traffic(self, self.net.client, "send", SERVER6, 1 << 20).finish()
        Traffic(self, self.net.client, "echo", CLIENT6)
        Traffic(self, self.net.server, "send", CLIENT6, 1 << 20).finish()
        # It is where it said, and the keep-alives come from there.
        self.assertEqual(self.server.wait("udp-keepalive")["source"],
                         [CLIENT4, UDP_PORT])
        self.assertEqual(self.server.events("udp-peer"), [])
        self.assertEqual(self.server.events("udp-drop"), [])
        count = numbers(client)
        self.assertEqual(count["port4"], UDP_PORT)
        self.assertEqual(count["dropped_in"], 0)
        self.assertGreater(count["in"], 800)
        self.assertStops(client, before)
        self.server.wait("quit")

    def test_types(self):
        self.serve("--inner-route", "2001:db8:a::/64", "--pair")
        client = self.up("-U", "-t", "tunnelonly", "-A", "2001:db8:a::2/128")
        self.assertPings(SERVER6, "2001:db8:a::2")
        client.stop()
        self.up("-U", "-t", "network", "-A", "2001:db8:1::1/64")
        self.assertPings(SERVER6, "2001:db8:1::1")

    def test_port_of_choice(self):
        self.serve("--udp-port", "5028")
        client = self.up("-U", "-b", "5000", "-t", "host")
        self.assertEqual(self.server.wait("request")["keys"],
                         ["proto=udp", "port=5000"])
        self.assertPings()
        self.assertEqual(numbers(client)["port4"], 5028)

    def test_mtu(self):
        self.serve("--mtu", "1472")
        self.up("-U", "-m", "1472", "-t", "host")
        for size in "1424", "1000":
            self.assertTrue(self.net.client.ping(SERVER6, "-M", "do", "-s",
                                                 size))
            self.assertTrue(self.net.server.ping(CLIENT6, "-M", "do", "-s",
                                                 size))

    def test_dry_run(self):
        argv = [self.client().argv[0], "-t", "host", "--dry-run",
                f"+OK {CLIENT4} {SERVER4} {CLIENT6} {SERVER6} proto=udp "
                "port=4029"]
        self.assertIn("udp 4028 to 4029", sh(*argv, "-U"))
        self.assertIn("udp 5000 to 4029", sh(*argv, "-U", "-b", "5000"))
        self.assertEqual(sh(*argv, check=False), "")

    def test_port_taken(self):
        Traffic(self, self.net.client, "hold", CLIENT4, UDP_PORT)
        self.assertRefuses(rf"state=stopped .*{UDP_PORT}.*-b")

    def test_server_that_knows_no_udp(self):
        self.assertRefuses(r"login refused.*does not know UDP tunnels \(-U\)",
                           behave=["no-udp"])

    def test_server_that_grants_none(self):
        self.assertRefuses("the server grants no UDP tunnels",
                           behave=["ignore-udp"])

    def test_lies(self):
        self.assertRefuses("not a UDP port", behave=["port=0"])
        self.server.behave("key=00ff")
        client = self.client("-U", "-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("the key is not 32 hex digits"))
        self.server.behave("proto=tcp")
        client = self.client("-U", "-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("not udp"))

    def test_the_key_is_not_logged(self):
        self.serve()
        client = self.up("-U", "-d", "-t", "host")
        self.assertTrue(client.lines(r"< \+OK .* key=\*{4}$"))
        key = re.search(r"key=(\w+)",
                        self.server.wait("grant")["reply"]).group(1)
        numbers(client)
        self.assertEqual(client.lines(key), [])
        self.assertNotIn(key, str(client.status()))

    def test_another_session(self):
        taken = Traffic(self, self.net.server, "hold", SERVER4, UDP_PORT)
        self.serve()
        client = self.up("-U", "-l", "-t", "host")
        self.assertEqual(numbers(client)["port4"], UDP_PORT + 1)
        self.assertPings()
        # The next one's end is elsewhere, and has another key.
        taken.stop()
        mark, start = self.server.mark(), client.mark()
        self.server.control("cut")
        client.wait_state("up", 10, start)
        self.assertEqual(numbers(client)["port4"], UDP_PORT)
        self.assertPings()
        self.server.wait("udp-keepalive", 10, mark)
        client.send(signal.SIGHUP)
        client.wait_state("leaving", 10)
        client.wait_state("up", 10, client.at)
        self.assertPings()
        # Our own old socket is not in the way of the new one.
        self.assertEqual(client.lines("state=waiting from=configuring"), [])
        self.assertEqual(self.server.events("udp-drop", reason="wrong-key"),
                         [])

    def test_forged_datagrams(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        self.assertPings()
        eventually(lambda: len(self.server.events("udp-keepalive")) >= 3, 10,
                   "the keep-alives of the start")
        lines, before = client.mark(), numbers(client)
        counted = self.received()
        good = inner(SERVER6, b"x" * 8)
        # From elsewhere: not even the socket takes them.
        for source, port in (SERVER4, 9999), (ROUTER4, UDP_PORT):
            Traffic(self, self.net.server, "datagram", source, port, CLIENT4,
                    UDP_PORT, good.hex())
        forged = [
            inner(CLIENT6, b"x" * 8, 58),               # our own address
            inner("ff02::1", b"x" * 8, 58),
            inner("::1", b"x" * 8, 58),
            inner("::ffff:192.0.2.1", b"x" * 8, 58),
            b"\x45" + good[1:],                         # IPv4
            inner(SERVER6, b"x" * 8, 58, length=9),     # truncated
            inner(SERVER6, b"x" * 8, 58, length=7),
            good[:39], b"\x60", b"",
            inner(SERVER6, b"\x3a\x00\xc2\x04\x00\x00\x00\x00", 0, length=0),
        ]
        for datagram in forged:
            self.server.control("datagram " + datagram.hex())
        # Next header 59 comes from a far end that keeps us alive.
        self.server.control("datagram " + good.hex())
        self.assertTrue(self.net.client.ping(SERVER6))
        after = numbers(client)
        self.assertEqual(after["dropped_in"] - before["dropped_in"],
                         len(forged))
        self.assertEqual(after["in"] - before["in"], 1)     # the pong
        self.assertEqual(self.received() - counted, 1)
        self.assertEqual([line for line in client.log.items[lines:]
                          if not re.search("info (state=up|drops) ", line)],
                         [])
        self.assertEqual(
            dict(re.findall(r" (in_\w+)=(\d+)",
                            client.wait_log("info drops .*").group(0))),
            {"in_source": "4", "in_version": "1", "in_length": "2",
             "in_short": "3", "in_jumbo": "1"})

    def test_forged_datagrams_to_the_server(self):
        self.serve()
        client = self.up("-U", "-t", "host")
        self.assertPings()
        for reason, datagram in (
                ("wrong-key", inner("::", bytes(16))),
                ("wrong-key", inner("::")),
                ("wrong-source", inner(CLIENT6, b"x" * 8, 58))):
            Traffic(self, self.net.client, "datagram", CLIENT4, 5555, SERVER4,
                    UDP_PORT, datagram.hex())
            self.server.wait("udp-drop", 10, reason=reason)
        self.assertEqual(self.server.events("udp-peer"), [])
        self.assertPings()
        self.assertEqual(client.lines("state=")[-1:],
                         client.lines("state=up"))

    def test_keepalives_only_in_silence(self):
        self.serve()
        self.up("-U", "-t", "host")
        self.net.client.run("ping", "-6", "-n", "-q", "-i", "1", "-w", "24",
                            SERVER6)
        self.assertEqual(len(self.server.events("udp-keepalive")), 3)
        eventually(lambda: len(self.server.events("udp-keepalive")) > 3, 60,
                   "a keep-alive of the silent tunnel")

    test_keepalives_only_in_silence.slow = True


class TestLoad(Case):
    """The reactor has time for everything while packets pour in."""

    def load(self, client):
        """TCP both ways, and more than can be carried."""
        Traffic(self, self.net.server, "echo", SERVER6)
        Traffic(self, self.net.client, "pour", SERVER6)
        Traffic(self, self.net.client, "flood", SERVER6, 1000)
        eventually(lambda: numbers(client)["out"] > 50000, 60, "the load")

    def reaction(self, client, number, pattern):
        """Seconds from a signal to its line in the log."""
        start, began = client.mark(), time.monotonic()
        client.send(number)
        client.wait_log(pattern, 10, start)
        return time.monotonic() - began

    def assertQuick(self, what, seconds):
        self.assertLess(statistics.median(seconds), REACTION,
                        f"{what}: {[round(s, 3) for s in seconds]}")

    def test_signals(self):
        self.serve()
        client = self.up("-U", "-l", "-t", "host")
        self.load(client)
        seconds = []
        for _ in range(5):
            # Not right after the last one, while it is at work for us.
            self.server.wait("ping", 10, self.server.mark())
            seconds.append(self.reaction(client, signal.SIGUSR1,
                                         "info state="))
        self.assertQuick("SIGUSR1", seconds)
        seconds = []
        for _ in range(5):
            seconds.append(self.reaction(client, signal.SIGHUP,
                                         "state=leaving"))
            client.wait_state("up", 30, client.at)
        self.assertQuick("SIGHUP", seconds)
        seconds = []
        for _ in range(5):
            seconds.append(self.reaction(client, signal.SIGTERM,
                                         "state=leaving"))
            self.assertEqual(client.wait_exit(15), 0)
            client.start().wait_state("up", 30)
        self.assertQuick("SIGTERM", seconds)

    test_signals.slow = True

    def test_ping(self):
        self.serve()
        client = self.up("-U", "-l", "-d", "-t", "host", "--ping-interval",
                         "0.2")
        self.load(client)
        seconds, at = [], client.mark()
        for _ in range(15):
            client.wait_log("> ping", 10, at)
            began, at = time.monotonic(), client.at
            client.wait_log(r"< \+OK", 10, at)
            seconds.append(time.monotonic() - began)
            at = client.at
        self.assertQuick("ping", seconds)
        self.assertEqual(client.lines("state=(waiting|probing)"), [])

    test_ping.slow = True
