"""The tunnel types and what the options make of a grant."""

import unittest

from lib import (CLIENT4, CLIENT6, DELEGATED, SERVER4, SERVER6, UML, Case)

INNER = "2001:db8:a::2"


class TestTypes(Case):
    uml = True

    def test_host(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host")
        dev = self.tunnel()
        self.assertEqual(self.net.client.addresses6(dev),
                         [f"{CLIENT6} peer {SERVER6}/128"])
        self.assertPings()
        self.assertEqual(client.status()[0], 0)
        self.assertStops(client, before)
        self.server.wait("quit")

    def test_tunnelonly_with_an_address(self):
        before = self.net.client.snapshot()
        self.serve("--inner-route", "2001:db8:a::/64")
        client = self.up("-t", "tunnelonly", "-A", INNER + "/128")
        self.assertEqual(self.net.client.addresses6(self.tunnel()),
                         [INNER + "/128"])
        self.assertPings(SERVER6, INNER)
        self.assertStops(client, before)

    def test_tunnelonly_is_the_default_and_invents_no_address(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up()
        self.server.wait("request", type="tunnelonly")
        self.assertEqual(self.net.client.addresses6(self.tunnel()), [])
        self.assertStops(client, before)

    def test_network(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "network", "-A", "2001:db8:1::1/64")
        dev = self.tunnel()
        self.assertEqual(self.net.client.addresses6(dev),
                         ["2001:db8:1::1/64"])
        self.assertPings(SERVER6, "2001:db8:1::1")
        self.assertStops(client, before)

    def test_network_with_a_peer_pair(self):
        before = self.net.client.snapshot()
        self.serve("--pair")
        client = self.up("-t", "network")
        self.assertPings()
        self.assertStops(client, before)

    def test_tunnelroute_is_network(self):
        self.serve()
        self.up("-t", "tunnelroute")
        self.server.wait("grant")

    def test_unused_parts_of_a_prefix_do_not_loop(self):
        self.serve("--pair")
        self.up("-t", "network")
        route = self.net.client.routes6()[DELEGATED]
        self.assertEqual([r["type"] for r in route], ["unreachable"])
        self.assertFalse(self.net.server.ping("2001:db8:1:77::1"))

    def test_router_advertisement_changes_nothing(self):
        self.serve()
        self.up("-t", "host")
        dev = self.tunnel()
        before = self.net.client.snapshot()
        self.server.control("ra")
        # It has been dealt with once a packet sent after it is answered.
        self.assertPings()
        self.assertUnchanged(before)
        self.assertEqual(len(self.net.client.routes6()["default"]), 1)
        conf = self.net.client.run(
            "cat", f"/proc/sys/net/ipv6/conf/{dev}/accept_ra")
        self.assertEqual(conf.strip(), "0")


class TestOptions(Case):
    uml = True

    def test_mtu_is_1280_by_default(self):
        self.serve()
        self.up("-t", "host")
        self.assertEqual(self.net.client.links()[self.tunnel()]["mtu"], 1280)
        self.assertTrue(self.net.client.ping(SERVER6, "-M", "do", "-s",
                                             "1232"))
        self.assertTrue(self.net.server.ping(CLIENT6, "-M", "do", "-s",
                                             "1232"))

    def test_mtu_as_asked(self):
        self.serve("--mtu", "1480")
        self.up("-t", "host", "-m", "1480")
        self.assertEqual(self.net.client.links()[self.tunnel()]["mtu"], 1480)
        self.assertTrue(self.net.client.ping(SERVER6, "-M", "do", "-s",
                                             "1432"))

    def test_nat_is_an_error_that_names_both_addresses(self):
        before = self.net.client.snapshot()
        self.serve(behave=["client4=203.0.113.9"])
        client = self.client("-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines(
            rf"(?=.*{CLIENT4})(?=.*203\.0\.113\.9)(?=.*-n)(?=.*-U)"),
            client.log.items)
        self.assertUnchanged(before)

    def test_behind_nat_with_n(self):
        before = self.net.client.snapshot()
        self.serve(behave=["client4=203.0.113.9"])
        client = self.up("-t", "host", "-n")
        self.assertPings()
        self.assertStops(client, before)

    def test_far_end_need_not_be_the_address_dialled(self):
        # The server's own packets leave from the address it was asked on.
        self.net.server.ip("addr add 198.51.100.7/32 dev lo")
        self.serve(behave=["server4=198.51.100.7"])
        client = self.up("-t", "host")
        self.assertEqual(client.status()[1]["remote4"], "198.51.100.7")

    def test_addresses_in_all_forms(self):
        self.serve()
        self.up("-t", "host", "-A", "2001:db8:a::2 -prefixlen 64,"
                "2001:db8:b::2/64,2001:db8:c::2", "-A", "2001:db8:d::2/128")
        self.assertEqual(
            self.net.client.addresses6(self.tunnel()),
            sorted(["2001:db8:a::2/64", "2001:db8:b::2/64",
                    "2001:db8:c::2/64", "2001:db8:d::2/128",
                    f"{CLIENT6} peer {SERVER6}/128"]))

    def test_routes_instead_of_the_default(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-R",
                         "2001:db8:5:: -prefixlen 48,2001:db8:6::/48")
        routes = self.net.client.routes6()
        dev = self.tunnel()
        self.assertNotIn("default", routes)
        for dst in "2001:db8:5::/48", "2001:db8:6::/48":
            self.assertEqual([r["dev"] for r in routes[dst]], [dev])
        self.assertStops(client, before)

    def test_default_route_gives_way_to_others(self):
        self.serve()
        self.up("-t", "host")
        route, = self.net.client.routes6()["default"]
        self.assertEqual(route["metric"], 2048)
        self.assertEqual(route["dev"], self.tunnel())

    def test_metric(self):
        self.serve()
        self.up("-t", "host", "--metric", "77")
        route, = self.net.client.routes6()["default"]
        self.assertEqual(route["metric"], 77)

    def test_no_routes(self):
        self.serve()
        self.up("-t", "host", "-r", "none")
        self.assertNotIn("default", self.net.client.routes6())
        self.assertPings()

    def test_replace_default(self):
        self.net.client.ip("addr add 2001:db8:e::2/64 dev wan nodad",
                           "route add default via 2001:db8:e::1")
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "--replace-default")
        routes = self.net.client.routes6()
        dev = self.tunnel()
        for half in "::/1", "8000::/1":
            self.assertEqual([r["dev"] for r in routes[half]], [dev])
        self.assertEqual([r["dev"] for r in routes["default"]], ["wan"])
        self.assertStops(client, before)

    def test_name(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-i", "six")
        self.assertEqual(self.tunnel(), "six")
        self.assertPings()
        self.assertStops(client, before)

    def test_name_by_default(self):
        self.serve()
        self.up("-t", "host")
        self.assertEqual(self.tunnel(), "dtcp0")

    def test_tag(self):
        self.serve()
        client = self.up("-t", "host")
        link = self.net.client.links()[self.tunnel()]
        self.assertEqual(link.get("ifalias"), "dtcp:" + client.pidfile)

    def test_keep_the_interface(self):
        self.serve()
        before = self.net.client.snapshot()
        client = self.up("-t", "host", "-o", "-i", "six")
        self.assertEqual(client.stop(), 0)
        link = self.net.client.links()["six"]
        self.assertNotIn("UP", link["flags"])
        self.assertNotIn("ifalias", link)
        self.assertEqual(link["addr_info"], [])
        self.assertNotIn("default", self.net.client.routes6())
        # It can be had again, and by nobody else's leave it is gone then.
        client = self.up("-t", "host", "-o", "-i", "six")
        self.assertPings()
        client.stop()
        self.net.client.ip("link del six")
        self.assertUnchanged(before)

    def adopt(self, kind):
        # Up once: that is when it gets its queueing discipline.
        self.net.client.ip(kind, "link set mine up", "link set mine down")
        for name, value in ("accept_ra", 2), ("disable_ipv6", 1):
            self.net.client.run("sh", "-c", f"echo {value} >"
                                f"/proc/sys/net/ipv6/conf/mine/{name}")
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-c", "-i", "mine")
        self.assertPings()
        self.assertEqual(client.stop(), 0)
        link = self.net.client.links()["mine"]
        self.assertNotIn("ifalias", link)
        self.assertEqual(link["addr_info"], [])
        after = self.net.client.snapshot()
        self.assertEqual(before["-6 route show table all"],
                         after["-6 route show table all"])
        self.assertEqual(before["-d addr show"], after["-d addr show"])
        for name in "accept_ra", "disable_ipv6":
            setting = f"/proc/sys/net/ipv6/conf/mine/{name}:"
            self.assertEqual(
                [s for s in before["sysctl"] if s.startswith(setting)],
                [s for s in after["sysctl"] if s.startswith(setting)])

    @unittest.skipIf(UML, "for the tun device")
    def test_existing_tun_device_is_used_and_stays(self):
        self.adopt("tuntap add dev mine mode tun")

    @unittest.skipUnless(UML, "needs the kernel's own tunnels")
    def test_existing_sit_device_is_used_and_stays(self):
        # The kernel wants a remote end; without a local one it carries
        # nothing.
        self.adopt("tunnel add mine mode sit remote 203.0.113.77 ttl 64")

    def test_existing_interface_in_use_is_refused(self):
        self.net.client.ip("link add mine type veth peer name other",
                           "addr add 2001:db8:e::2/64 dev mine nodad")
        before = self.net.client.snapshot()
        self.serve()
        client = self.client("-t", "host", "-i", "mine").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines(r"\bmine\b"), client.log.items)
        self.assertUnchanged(before)

    def test_use_of_an_interface_that_is_not_there(self):
        self.serve()
        before = self.net.client.snapshot()
        client = self.client("-t", "host", "-c", "-i", "nosuch").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("nosuch"), client.log.items)
        self.assertUnchanged(before)

    def test_two_instances(self):
        before = self.net.client.snapshot()
        self.net.server.ip("addr add 198.51.100.7/32 dev lo")
        self.serve("--listen", "198.51.100.7")
        one = self.up("-t", "host")
        two = self.up("-t", "host", server="198.51.100.7")
        self.assertTrue(self.net.client.ping(SERVER6))
        self.assertTrue(self.net.client.ping("2001:db8:ffff::9", "-I",
                                             "2001:db8:ffff::a"))
        self.assertEqual(two.stop(), 0)
        self.assertPings()
        self.assertStops(one, before)

    def test_port_and_name(self):
        self.serve("--listen", SERVER4 + ":2020")
        self.up("-t", "host", "-p", "2020")
