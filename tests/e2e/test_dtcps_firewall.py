"""etc/dtcps.nft.sample: nobody sends as another, and dtcps is reached."""

import os
import re
import socket
import unittest

from broker import BrokerCase
from lan import WORLD6
from lib import CLIENT6, SERVER4, SERVER6, TOP, UML, inside

SAMPLE = os.path.join(TOP, "etc", "dtcps.nft.sample")
OWN6 = "2001:db8:a::2"      # behind the tunnel without addresses


@unittest.skipIf(UML, "no nftables in this kernel")
class TestDtcpsFirewall(BrokerCase):

    def load(self):
        """The sample, for the server of the picture."""
        with open(SAMPLE) as f:
            text, changed = re.subn('(?m)^(define internet = )"[^"]*"',
                                    r'\1"wan"', f.read())
        self.assertEqual(changed, 1)
        path = os.path.join(self.server.dir, "firewall")
        with open(path, "w") as f:
            f.write(text)
        self.addCleanup(os.unlink, path)
        self.net.server.run("nft", "-f", path)
        self.net.server.run("nft", "-f", path)      # twice is as good

    def listen(self, port):
        """A program of the server's, at all of its addresses."""
        s = inside(self.net.server, lambda: socket.create_server(
            ("::", port), family=socket.AF_INET6, dualstack_ipv6=True))
        self.addCleanup(s.close)
        return s

    def reached(self, address, port):
        try:
            inside(self.net.client, socket.create_connection, (address, port),
                   1).close()
        except OSError:
            return False
        return True

    def test_as_it_is(self):
        self.net.server.run("nft", "-c", "-f", SAMPLE)

    def test_a_source_that_is_anothers(self):
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")
        self.serve("-U")
        two = self.udp(user="jane", password="secret")
        one = self.udp("tunnelonly")
        dev = re.search(r"tunnel=(\S+)", self.server.wait_log(
            "login .*type=tunnelonly.*").group(0)).group(1)
        self.net.server.ip(f"route add {OWN6}/128 dev {dev}")
        for client in one, two:
            client.keepalive()
        honest = {"source": OWN6, "target": WORLD6}
        one.assertAnswered(**honest)
        two.assertAnswered()
        # Nobody looks at what comes out of that tunnel: who is answered is
        # the one whose source it was.
        one.ask(source=two.own6, target=WORLD6)
        self.assertEqual(two.receive()[40], 129, "without a firewall")
        self.load()
        for source in two.own6, SERVER6, WORLD6, "2001:db8:77::1":
            one.ask(source=source, target=WORLD6)
        one.assertAnswered(**honest)
        two.assertAnswered()
        two.assertNothing()

    def test_what_is_reached(self):
        self.serve("-U")
        for port in 22, 8022:
            self.listen(port)
            self.assertTrue(self.reached(SERVER4, port))
        self.load()
        for options in ["-t", "host"], ["-t", "host", "-U"]:
            client = self.up(*options)
            self.assertPings(SERVER6, CLIENT6)
            self.assertTrue(self.net.server.ping(CLIENT6, "-s", "2000"))
            for address in SERVER4, SERVER6:
                self.assertTrue(self.reached(address, 22), address)
                self.assertFalse(self.reached(address, 8022), address)
            client.stop()
            self.server.wait_sessions(0)
