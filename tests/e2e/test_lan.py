"""The delegated prefix reaches the LAN: -P, seen from both of its sides."""

import ipaddress
import signal
import time

from lan import (CONFIGURED, OTHER_SUBNET, ROUTER_LIFETIME, SUBNET, WORLD6,
                 LanCase, addresses)
from lib import PATIENCE, eventually


class TestLan(LanCase):

    def assertAddress(self, dev, wanted):
        """The client's only address there, usable."""
        eventually(lambda: [a.get("tentative") for a in
                            addresses(self.net.client, dev, "global")]
                   == [None], 10, f"an address on {dev}")
        self.assertEqual(self.net.client.addresses6(dev), [wanted])

    def eui64(self, subnet, dev="lan0"):
        """The address in the subnet that belongs to the link-local one."""
        own = addresses(self.net.client, dev, "link")[0]["local"]
        low = int(ipaddress.IPv6Address(own)) & (1 << 64) - 1
        return str(ipaddress.IPv6Network(subnet)[low])

    def test_host_configures_itself_and_reaches_the_world(self):
        self.serve()
        self.lan_up()
        self.assertAddress("lan0", self.eui64(SUBNET) + "/64")
        self.assertReaches()
        default = self.host.routes6()["default"]
        self.assertEqual([r["gateway"] for r in default], [self.router])

    def test_trace_shows_the_lan_address(self):
        self.serve()
        self.lan_up(delegation="lan0/1/0:0:0:1")
        self.assertAddress("lan0", "2001:db8:1:1::1/64")
        self.assertReaches()
        trace = self.host.run("traceroute", "-6", "-n", "-q", "1", "-w", "5",
                              "-m", "4", WORLD6)
        hops = [line.split()[1] for line in trace.splitlines()[1:]]
        self.assertEqual(hops, ["2001:db8:1:1::1", WORLD6])

    def test_tunnel_borrows_an_identifier(self):
        self.serve()
        self.lan_up(delegation="lan0/1,tunnel/f//128")
        self.assertAddress(self.tunnel(),
                           self.eui64("2001:db8:1:f::/64") + "/128")
        self.assertAddress("lan0", self.eui64(SUBNET) + "/64")

    def test_every_prefix_of_a_grant(self):
        self.serve(behave=["prefix=2001:db8:1::/48,2001:db8:2::/48"])
        self.lan_up(delegation="lan0/1/0:0:0:1")
        eventually(lambda: len(self.net.client.addresses6("lan0")) == 2, 10,
                   "an address of each prefix")
        self.assertEqual(self.net.client.addresses6("lan0"),
                         ["2001:db8:1:1::1/64", "2001:db8:2:1::1/64"])
        self.assertReaches(SUBNET)
        self.assertReaches(OTHER_SUBNET)

    def test_an_address_set_by_hand_stays(self):
        self.net.client.ip("addr add 2001:db8:1:1::1/64 dev lan0 nodad")
        before = self.net.client.snapshot()
        self.serve()
        client = self.lan_up(delegation="lan0/1/0:0:0:1")
        self.assertReaches()
        self.assertStops(client, before)

    def test_stop_is_announced_and_leaves_the_lan_as_it_was(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        at = self.recorder.mark()
        start = time.time()
        self.assertStops(client, before)
        last = self.recorder.wait(
            lambda ra: self.ours(ra) and ra.router_lifetime == 0, 1, at,
            "the end of the router")
        self.assertLess(last.time - start, 1)
        eventually(lambda: "default" not in self.host.routes6(), PATIENCE,
                   "the host has no default router any more")

    def test_without_advertisements(self):
        self.serve()
        self.lan_up("-a")
        self.assertAddress("lan0", self.eui64(SUBNET) + "/64")
        # Listening takes 4 s; an answer to the second would be ours.
        self.host.run("rdisc6", "-1", "-n", "-r", "2", "-w", "4500", "eth0",
                      check=False)
        self.assertEqual(self.recorder.advertisements(), [])

    def packets(self, dev):
        stats = self.net.client.show(f"link show dev {dev}", "-s")[0]
        return sum(stats["stats64"][way]["packets"] for way in ("rx", "tx"))

    def assertUnreachable(self, namespace, target):
        said = namespace.run("ping", "-6", "-n", "-c", "1", "-W", "5", target,
                             check=False)
        self.assertRegex(said, "(?i)unreachable: (no route|address)")

    def test_status_tells_of_the_lan(self):
        def lan():
            return client.status()[1].get("lan")

        self.serve()
        client = self.lan_up()
        eventually(lambda: lan() == "lan0:listening", 10, "it listens")
        self.wait_ours()
        eventually(lambda: lan() == "lan0:advertising", 10, "it advertises")
        self.net.client.ip("link del lan0")
        eventually(lambda: lan() == "lan0:absent", 10, "the LAN is gone")
        self.assertEqual(client.status()[0], 0)

    def test_unassigned_parts_are_unreachable_at_once(self):
        self.serve()
        self.lan_up()
        self.assertReaches()
        for namespace in self.host, self.net.server:
            before = self.packets(self.tunnel())
            self.assertUnreachable(namespace, "2001:db8:1:77::1")
            # A packet that bounces does so until its hop limit is used up.
            self.assertLess(self.packets(self.tunnel()) - before, 12)


class TestForwardingOff(LanCase):
    forwarding = False

    def test_one_warning_and_it_goes_on(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        self.assertEqual(len(client.lines(
            r"warning: forwarding is off: hosts behind lan0 are not reached; "
            r"sysctl net\.ipv6\.conf\.all\.forwarding=1$")), 1,
            client.log.items)
        client.send(signal.SIGHUP)
        client.wait_state("up", 10, client.at)
        self.assertEqual(len(client.lines("forwarding is off")), 1)


class TestTwoLans(LanCase):
    lans = 2

    def test_each_has_its_own_subnet(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.lan_up(delegation="lan0/1,lan1/2a")
        self.assertReaches()
        second = self.hosts[1].wait_slaac("2001:db8:1:2a::/64", CONFIGURED)
        self.assertTrue(self.hosts[1].ping(WORLD6, "-I", second))
        self.assertTrue(self.host.ping(second), "no way from LAN to LAN")
        self.assertStops(client, before)

    def test_nothing_is_advertised_for_a_single_address(self):
        self.serve()
        self.lan_up(delegation="lan0/1/0:0:0:1/128,lan1/2")
        self.hosts[1].wait_slaac("2001:db8:1:2::/64", CONFIGURED)
        default = self.hosts[1].routes6()["default"]
        self.assertEqual([r["expires"] > ROUTER_LIFETIME - 60
                          for r in default], [True])
        self.assertEqual(self.net.client.addresses6("lan0"),
                         ["2001:db8:1:1::1/128"])
        self.host.run("rdisc6", "-1", "-n", "-r", "1", "-w", "4000", "eth0",
                      check=False)
        self.assertEqual(self.recorder.advertisements(), [])
