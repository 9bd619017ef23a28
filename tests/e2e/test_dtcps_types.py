"""dtcpc with dtcps: every type, both encapsulations, LAN and NAT."""

import re
import unittest

from broker import (OTHER4, OTHER6, OTHER_DELEGATED, PAIRS, UDP_PORT,
                    BrokerCase, TwoNet)
from lan import SUBNET, WORLD6, LanCase
from lib import (CLIENT4, CLIENT6, DELEGATED, PREFIX6, SERVER4, SERVER6, UML,
                 eventually)
from nat import NAT4, NatNet
from traffic import Traffic

OWN6 = "2001:db8:1::1"      # out of DELEGATED
OUTSIDE4 = "203.0.113.9"    # what a static NAT calls the server
OUR_PROTOCOL = "215"        # what docs/quickstart.md tells BIRD and FRR


class TypesCase(BrokerCase):

    def setUp(self):
        super().setUp()
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")

    def login(self):
        """What the server's log has of it."""
        return dict(re.findall(r"(\w+)=(\S+)", self.server.wait_log(
            r"\blogin user=.*").group(0)))

    def assertCarries(self):
        Traffic(self, self.net.server, "echo", SERVER6)
        Traffic(self, self.net.client, "send", SERVER6, 1 << 20).finish()
        Traffic(self, self.net.client, "echo", CLIENT6)
        Traffic(self, self.net.server, "send", CLIENT6, 1 << 20).finish()


class TestDtcpsTypes(TypesCase):
    uml = True

    def test_host(self):
        before = self.net.server.snapshot()
        self.serve()
        self.assertEqual(
            [(r["type"], r["protocol"]) for r
             in self.net.server.routes6()[PREFIX6 + "/64"]],
            [("unreachable", OUR_PROTOCOL)])
        self.up("-t", "host")
        self.assertPings()
        said = self.login()
        self.assertEqual(
            (said["user"], said["type"], said["client4"], said["client6"],
             said["encap"]),
            ("foo", "host", CLIENT4, CLIENT6, "kernel" if UML else "user"))
        self.assertIn(said["tunnel"], self.devices())
        self.assertEqual(self.net.server.addresses6(said["tunnel"]),
                         [f"{SERVER6} peer {CLIENT6}/128"])
        self.assertCarries()
        self.assertStoppedAs(before)

    def test_tunnelonly(self):
        self.serve()
        self.up("-t", "tunnelonly", "-A", "2001:db8:a::2/64")
        dev = self.login()["tunnel"]
        self.assertEqual(self.net.server.addresses6(dev), [])
        # What it is good for is up to who runs the server.
        self.net.server.ip(f"addr add 2001:db8:a::1/64 dev {dev} nodad")
        self.assertPings("2001:db8:a::1", "2001:db8:a::2")

    def test_network(self):
        self.serve()
        client = self.up("-t", "network", "-A", OWN6 + "/64")
        self.assertPings(WORLD6, OWN6)
        self.assertEqual(
            [(r["dev"], r["protocol"]) for r
             in self.net.server.routes6()[DELEGATED]],
            [(self.login()["tunnel"], OUR_PROTOCOL)])
        client.stop()
        self.assertEqual(self.server.wait_gone(user="foo"), "quit")
        self.assertNotIn(DELEGATED, self.net.server.routes6())

    def test_network_with_a_peer_pair(self):
        self.serve("-a")
        client = self.up("-t", "network")
        self.assertPings()
        self.assertEqual(client.status()[1]["prefix"], DELEGATED)

    def test_tunnelroute_is_network(self):
        self.serve()
        client = self.up("-t", "tunnelroute")
        self.assertEqual(client.status()[1]["prefix"], DELEGATED)

    def test_one_after_the_other(self):
        self.serve()
        shots = []
        for kind in "tunnelonly", "host", "network", "host":
            client = self.up("-t", kind)
            client.stop()
            self.server.wait_sessions(0)
            shots.append(self.net.server.snapshot())
        # The first to need it may make the device that many share.
        for shot in shots[2:]:
            self.assertSame(shots[1], shot)


class TestDtcpsUdp(TypesCase):

    def test_types(self):
        self.serve("-U", "-a")
        for kind in "host", "network":
            client = self.up("-U", "-t", kind)
            self.assertPings()
            self.assertEqual(client.status()[1]["port4"], str(UDP_PORT))
            client.stop()
        self.up("-U", "-t", "tunnelonly", "-A", "2001:db8:a::2/64")
        dev = re.search(r"tunnel=(\S+)", self.server.wait_log(
            "login .*type=tunnelonly.*").group(0)).group(1)
        self.net.server.ip(f"addr add 2001:db8:a::1/64 dev {dev} nodad")
        self.assertPings("2001:db8:a::1", "2001:db8:a::2")

    def test_host(self):
        before = self.net.server.snapshot()
        self.serve("-U", "-b", "5028")
        self.up("-U", "-t", "host")
        self.assertPings()
        self.assertEqual(self.login()["udp"], "5028")
        self.assertCarries()
        self.assertStoppedAs(before)

    def test_not_offered(self):
        self.serve()
        client = self.client("-U", "-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("unsupported tunnel type"),
                        client.log.items)


class TestDtcpsTwo(TypesCase):
    network = TwoNet

    def forward(self):
        self.net.server.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")

    def test_they_reach_each_other(self):
        self.forward()
        self.serve()
        self.up("-t", "host")
        self.other("-t", "host")
        self.assertPings(OTHER6)
        self.assertTrue(self.net.other.ping(CLIENT6))
        self.assertTrue(self.net.other.ping(PAIRS[1][0]))
        self.server.wait_sessions(2)

    def test_over_udp_and_protocol_41(self):
        self.forward()
        self.serve("-U")
        self.up("-U", "-t", "network", "-A", OWN6 + "/64")
        self.other("-t", "network", "-A", "2001:db8:2::1/64")
        self.assertTrue(self.net.client.ping("2001:db8:2::1"))
        self.assertTrue(self.net.other.ping(OWN6))
        routes = self.net.server.routes6()
        self.assertEqual(routes[DELEGATED][0]["dev"],
                         routes[OTHER_DELEGATED][0]["dev"])

    def test_one_goes_and_the_other_stays(self):
        self.serve("-U")
        one = self.up("-U", "-t", "host")
        two = self.other("-U", "-t", "host")
        one.stop()
        self.server.wait_gone(client4=CLIENT4)
        self.assertTrue(self.net.other.ping(PAIRS[1][0]))
        self.assertTrue(self.net.server.ping(OTHER6))
        # The first unit is free again, and so is its port.
        self.up("-U", "-t", "host")
        self.assertPings()
        two.stop()
        self.server.wait_gone(client4=OTHER4)
        self.assertPings()


class TestDtcpsLan(LanCase, BrokerCase):

    def assertLan(self, *options):
        self.lan_up(*options)
        self.assertReaches(SUBNET)

    def test_a_host_behind_the_client(self):
        self.serve("-a")
        self.assertLan()

    def test_a_host_behind_the_client_over_udp(self):
        self.serve("-U")
        self.assertLan("-U")


class TestDtcpsNat(BrokerCase):
    network = NatNet

    def test_the_port_is_learnt(self):
        self.serve("-U")
        client = self.up("-U", "-n", "-t", "host")
        eventually(lambda: self.net.client.ping(SERVER6, "-W", "1"), 10,
                   "the server knows the way")
        self.assertPings()
        self.server.wait_log(f"login .*client4={NAT4} ")
        self.assertEqual(client.lines("state=(waiting|probing)"), [])

    def test_a_lan_behind_the_nat(self):
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")
        self.serve("-U")
        self.up("-U", "-n", "-t", "network", "-A", OWN6 + "/64")
        eventually(lambda: self.net.client.ping(WORLD6, "-W", "1"), 10,
                   "the server knows the way")
        self.assertPings(WORLD6, OWN6)

    def test_the_server_follows_to_another_port(self):
        self.serve("-U")
        client = self.up("-U", "-n", "-t", "host")
        eventually(lambda: self.net.client.ping(SERVER6, "-W", "1"), 10,
                   "the server knows the way")
        self.net.masquerade("50000-50999")
        self.net.forget()
        # Data alone does not move it (test_dtcps_isolation), the next
        # keep-alive does; one of the first three may be under way.
        self.server.wait_log(rf"udp=moved .* to={re.escape(NAT4)}:50\d\d\d",
                             60)
        self.assertPings()
        self.assertEqual(client.lines("state=(waiting|probing)"), [])

    test_the_server_follows_to_another_port.slow = True


class TestDtcpsGlobal(BrokerCase):
    uml = True

    def test_g_is_what_clients_are_told(self):
        self.serve("-g", OUTSIDE4)
        client = self.up("-t", "host")
        words = client.status()[1]
        self.assertEqual(words["remote4"], OUTSIDE4)
        self.assertEqual((words["client6"], words["server6"]),
                         (PREFIX6 + "6", PREFIX6 + "5"))
        self.assertEqual(words["server4"], SERVER4)

    @unittest.skipIf(UML, "no nftables in this kernel")
    def test_behind_a_static_nat(self):
        # Which is at the client's end of things here.
        self.net.client.run(
            "nft", "add table ip nat; add chain ip nat out { type nat hook "
            "output priority -100; }; add rule ip nat out ip daddr "
            f"{OUTSIDE4} dnat to {SERVER4}")
        self.serve("-U", "-g", OUTSIDE4)
        for options in [], ["-U"]:
            client = self.up("-t", "host", *options, server=OUTSIDE4)
            self.assertPings()
            self.assertEqual(client.status()[1]["remote4"], OUTSIDE4)
            client.stop()
            self.server.wait_sessions(0)
