#!/usr/bin/env python3
"""Tests of the test server itself: a bare client on the loopback."""

import socket
import sys
import time
import unittest

import behaviour
import dtcp_server
import icmp6
from process import ServerProcess


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def line(self):
        return self.file.readline().decode().rstrip("\r\n")

    def ask(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        return self.line()

    def greeting(self):
        self.challenge = self.line().split(" ")[1]
        return self.challenge

    def tunnel(self, kind, user="foo", password="bar", lower=False, more=""):
        d = dtcp_server.digest(user, self.greeting(), password)
        d = d.lower() if lower else d
        return self.ask(f"tunnel {user} {d} {kind}{more}")


class ServerCase(unittest.TestCase):
    def serve(self, *args):
        server = ServerProcess(
            "--listen", "127.0.0.1:0", "--tunnel", "none", "--user",
            "foo:bar", "--user", "bare:pw", "--prefix6", "2001:db8:ffff::",
            "--route", "foo=2001:db8:1::/48", *args)
        self.addCleanup(server.stop)
        return server

    def client(self, server):
        client = Client(server.port)
        self.addCleanup(client.close)
        return client


class Faithful(ServerCase):
    def test_digest_vector(self):
        self.assertEqual(
            dtcp_server.digest("foo", "0B1517C87D516A5FA65BED722D51A04F",
                               "bar"), "DAC487C8DFBBF9EE5C7F8CDCC37B62A3")

    def test_types(self):
        server = self.serve()
        ends = "+OK 127.0.0.1 127.0.0.1"
        for kind, rest in (("tunnelonly", ""),
                           ("host", " 2001:db8:ffff::0006 "
                            "2001:db8:ffff::0005"),
                           ("network", " 2001:db8:1::/48"),
                           ("tunnelroute", " 2001:db8:1::/48")):
            with Client(server.port) as c:
                self.assertEqual(c.tunnel(kind), ends + rest)
                mark = server.mark()
                self.assertEqual(c.ask("quit"), "+OK see you soon.")
                self.assertEqual(c.line(), "")
                server.wait("tunnel-down", 10, mark)
                server.wait("close", 10, mark, why="quit")

    def test_network_with_pair(self):
        c = self.client(self.serve("--pair"))
        self.assertEqual(c.tunnel("network"),
                         "+OK 127.0.0.1 127.0.0.1 2001:db8:ffff::0006 "
                         "2001:db8:ffff::0005 2001:db8:1::/48")

    def test_units_are_shared_out(self):
        server = self.serve("--units", "2")
        a, b, c = (self.client(server) for _ in range(3))
        self.assertIn("::0006", a.tunnel("host"))
        self.assertIn("::000a", b.tunnel("host"))
        self.assertEqual(c.tunnel("host"), "-ERR tunnel interface sold out")

    def test_digest_in_either_case(self):
        c = self.client(self.serve())
        self.assertTrue(c.tunnel("tunnelonly", lower=True).startswith("+OK"))

    def test_refusals_keep_the_connection(self):
        c = self.client(self.serve())
        c.greeting()
        failed = "-ERR authentication failed."
        self.assertEqual(c.ask("tunnel foo " + "0" * 32 + " host"), failed)
        self.assertEqual(c.ask("tunnel nobody x host"), failed)
        self.assertEqual(c.ask("tunnel foo x"), failed)
        self.assertEqual(c.ask("tunnel foo  x host"), failed)
        d = dtcp_server.digest("foo", c.challenge, "bar")
        self.assertEqual(c.ask(f"tunnel foo {d} Host"),
                         "-ERR unsupported tunnel type Host")
        self.assertEqual(c.ask("nonsense"), "-ERR invalid command")
        self.assertEqual(c.ask("PING"), "+OK hi, happy to hear from you")
        self.assertEqual(c.ask("help"),
                         "+OK valid commands are: TUNNEL PING QUIT")
        self.assertTrue(c.ask(f"Tunnel foo {d} host").startswith("+OK"))

    def test_network_needs_a_route(self):
        c = self.client(self.serve())
        self.assertEqual(c.tunnel("network", "bare", "pw"),
                         "-ERR unsupported tunnel type network")

    def test_idle(self):
        server = self.serve("--idle", "0.2:60")
        c = self.client(server)
        c.greeting()
        self.assertEqual(c.line(),
                         "-ERR connection timed out, disconnecting")
        self.assertEqual(c.line(), "")
        c = self.client(server)
        self.assertTrue(c.tunnel("host").startswith("+OK"))
        time.sleep(0.4)
        self.assertTrue(c.ask("ping").startswith("+OK"))


class Udp(ServerCase):
    """Datagrams of a client, without a tun device behind the server."""

    def setUp(self):
        self.server = self.serve("--udp-port", "14028")
        self.socket = self.bound()
        self.control = self.client(self.server)

    def bound(self):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        s.settimeout(10)
        self.addCleanup(s.close)
        return s

    def grant(self, more=" proto=udp", kind="host"):
        words = self.control.tunnel(kind, more=more).split(" ")
        keys = dict(w.split("=") for w in words if "=" in w)
        self.assertEqual(keys.pop("proto"), "udp")
        self.to = ("127.0.0.1", int(keys["port"]))
        self.key = bytes.fromhex(keys["key"])
        self.assertEqual(len(self.key), 16)

    @staticmethod
    def packet(payload=b"", source="2001:db8:ffff::6", following=59):
        return (b"\x60\0\0\0" + len(payload).to_bytes(2, "big")
                + bytes([following, 64])
                + socket.inet_pton(socket.AF_INET6, source)
                + socket.inet_pton(socket.AF_INET6, "2001:db8:ffff::5")
                + payload)

    def expect(self, event, **fields):
        self.mark = getattr(self, "mark", 0)
        got = self.server.wait(event, 10, self.mark, **fields)
        self.mark = self.server.lines.items.index(got, self.mark) + 1
        return got

    def drops(self, datagram, reason, by=None):
        (by or self.socket).sendto(datagram, self.to)
        self.expect("udp-drop", reason=reason)

    def hears(self, by):
        """The server's datagrams come to that socket."""
        self.server.control("datagram 60aa")
        self.assertEqual(by.recvfrom(99), (b"\x60\xaa", self.to))

    def test_announced(self):
        mine = self.socket.getsockname()[1]
        self.grant(f" proto=udp port={mine}")
        self.assertGreaterEqual(self.to[1], 14028)
        self.hears(self.socket)
        self.drops(self.packet(b"x", "2001:db8::1", 58), "inner-source")
        self.drops(b"\x45" + bytes(60), "malformed")
        self.drops(self.packet(b"x")[:-1], "malformed")
        self.drops(self.packet(b"x", following=58), "wrong-source",
                   self.bound())

    def test_found_out(self):
        self.grant()
        self.server.control("datagram 60")
        self.expect("udp-drop", reason="no-peer")
        self.drops(self.packet(b"x", following=58), "wrong-source")
        self.drops(self.packet(self.key[:-1] + b"?"), "wrong-key")
        self.drops(self.packet(self.key + b"?"), "wrong-key")
        self.drops(self.packet(), "wrong-key")
        self.socket.sendto(self.packet(self.key, "::"), self.to)
        self.expect("udp-peer", peer=list(self.socket.getsockname()))
        self.hears(self.socket)
        # The client moves, and nobody can go back with data alone.
        moved = self.bound()
        moved.sendto(self.packet(self.key), self.to)
        self.expect("udp-peer", peer=list(moved.getsockname()))
        self.drops(self.packet(b"x", following=58), "wrong-source")
        self.hears(moved)

    def test_a_port_each(self):
        self.grant()
        first = self.to
        self.control = self.client(self.server)
        self.grant(kind="network")
        self.assertNotEqual(self.to, first)

    def test_the_port_is_free_afterwards(self):
        self.grant()
        self.control.ask("quit")
        self.server.wait("close")
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(s.close)
        s.bind(self.to)

    def test_requests(self):
        failed = "-ERR authentication failed."
        for more in (" proto=tcp", " port=1", " proto=udp port=x",
                     " proto=udp port=65536", " proto=udp key=1", " udp"):
            with Client(self.server.port) as c:
                self.assertEqual(c.tunnel("host", more=more), failed, more)

    def test_behaviours(self):
        server = self.serve("--behave", "no-udp", "--behave", "ignore-udp",
                            "--behave", "port=99999 key=0f proto=tcp")
        for reply in ("-ERR authentication failed.",
                      "+OK 127.0.0.1 127.0.0.1",
                      "+OK 127.0.0.1 127.0.0.1 proto=tcp port=99999 key=0f"):
            with Client(server.port) as c:
                self.assertEqual(
                    c.tunnel("tunnelonly", more=" proto=udp"), reply)


class Bad(ServerCase):
    def test_stalls(self):
        for point in ("connect", "greeting", "request", "grant", "up"):
            server = self.serve("--behave", f"stall@{point}")
            c = self.client(server)
            c.socket.settimeout(0.3)
            with self.assertRaises(TimeoutError, msg=point):
                c.tunnel("host")
                c.ask("ping")
            self.assertEqual(len(server.events("behave")), 1)
            server.stop()

    def test_cuts(self):
        for point in ("connect", "greeting", "request", "grant", "up",
                      "ping"):
            for action in ("cut", "reset"):
                server = self.serve("--behave", f"{action}@{point}")
                try:
                    # A reset may come before the connection is seen.
                    c = self.client(server)
                    c.tunnel("host")
                    rest = c.ask("ping")
                except (ConnectionError, IndexError):
                    rest = ""
                self.assertEqual(rest, "")
                server.wait("close", 10, why=action)
                server.stop()

    def test_a_list_of_behaviours(self):
        server = self.serve("--behave", "2*auth-fail", "--behave",
                            "reply=+OK one two", "--behave", "ok")
        for reply in ("-ERR authentication failed.",
                      "-ERR authentication failed.", "+OK one two",
                      "+OK 127.0.0.1 127.0.0.1", "+OK 127.0.0.1 127.0.0.1"):
            with Client(server.port) as c:
                self.assertEqual(c.tunnel("tunnelonly"), reply)

    def test_lies(self):
        server = self.serve("--behave", "client4=203.0.113.9 "
                            "server4={client4} prefix=2001:db8::/129")
        c = self.client(server)
        self.assertEqual(c.tunnel("network"),
                         "+OK 203.0.113.9 127.0.0.1 2001:db8::/129")

    def test_junk(self):
        server = self.serve("--behave", "nul@connect", "--behave",
                            "long@connect", "--behave", "lines@up=50",
                            "--behave", "trickle=1")
        with Client(server.port) as c:
            self.assertIn("\0", c.line())
        with Client(server.port) as c:
            self.assertEqual(len(c.line()), 1000000)
        with Client(server.port) as c:
            c.tunnel("host")
            self.assertEqual([c.line() for _ in range(50)],
                             [f"+OK line {i}" for i in range(50)])
        with Client(server.port) as c:
            start = time.monotonic()
            c.greeting()
            self.assertGreater(time.monotonic() - start, 0.03)

    def test_control(self):
        server = self.serve()
        c = self.client(server)
        c.tunnel("host")
        server.control("say -ERR so it goes")
        self.assertEqual(c.line(), "-ERR so it goes")
        server.control("cut")
        self.assertEqual(c.line(), "")
        server.behave("sold-out", "ok")
        with Client(server.port) as c:
            self.assertIn("sold out", c.tunnel("host"))
        with Client(server.port) as c:
            self.assertIn("+OK", c.tunnel("host"))

    def test_unknown_behaviour(self):
        with self.assertRaises(ValueError):
            behaviour.Behaviour("stall@nowhere")


class NeighborDiscovery(unittest.TestCase):
    def test_checksum(self):
        packet = icmp6.advertisement("fe80::bad", "2001:db8:bad::/64")
        pseudo = packet[8:40] + len(packet[40:]).to_bytes(4, "big")
        pseudo += (58).to_bytes(4, "big")
        self.assertEqual(icmp6.checksum(pseudo + packet[40:]), 0)
        self.assertEqual(packet[7], 255)

    def test_what_is_written_is_read(self):
        ra = icmp6.read(icmp6.advertisement(
            "fe80::1", "2001:db8:1::/64", 900, 600, 300, 1400))
        self.assertEqual((ra.source, ra.router_lifetime, ra.mtu),
                         ("fe80::1", 900, 1400))
        self.assertEqual(ra.prefixes["2001:db8:1::/64"].lifetimes, (600, 300))
        self.assertEqual(ra.order, [icmp6.PREFIX, icmp6.MTU])
        self.assertEqual(icmp6.read(icmp6.solicitation("fe80::2", 64)),
                         icmp6.Solicitation(0.0, "fe80::2", 64))

    def test_others_are_none(self):
        for packet in b"", b"\x60" * 40, icmp6.packet(
                "fe80::1", "ff02::1", bytes((icmp6.ECHO_REQUEST, 0, 0, 0))):
            self.assertIsNone(icmp6.read(packet))

    def test_domain_names(self):
        self.assertEqual(
            icmp6.names(b"\7example\3net\0\1a\3org\0\0\0\0"),
            ("example.net", "a.org"))


if __name__ == "__main__":
    sys.exit(unittest.main())
