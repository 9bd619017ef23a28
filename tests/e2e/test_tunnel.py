"""A tunnel of each type, and what the options make of it."""

import signal

from lib import CLIENT4, CLIENT6, DELEGATED, SERVER4, SERVER6, Case, sh

DEFAULT_METRIC = 2048


class TestTypes(Case):
    uml = True

    def test_tunnelonly_with_address(self):
        self.serve("--inner-route", "2001:db8:a::1/128")
        before = self.net.client.snapshot()
        c = self.up("-t", "tunnelonly", "-A", "2001:db8:a::1/128")
        dev = self.tunnel()
        self.assertEqual(self.net.client.addresses6(dev),
                         ["2001:db8:a::1/128"])
        self.assertTrue(self.net.server.ping("2001:db8:a::1"))
        self.assertStops(c, before)

    def test_host(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host")
        dev = self.tunnel()
        link = self.net.client.links()[dev]
        self.assertEqual(link["mtu"], 1280)
        self.assertEqual(link["ifalias"], "dtcp:" + c.pidfile)
        self.assertEqual(self.net.client.addresses6(dev),
                         [f"{CLIENT6} peer {SERVER6}/128"])
        flags = [a for a in link["addr_info"] if a["local"] == CLIENT6][0]
        self.assertFalse(flags.get("tentative"))
        default = self.net.client.routes6()["default"]
        self.assertEqual([(r["dev"], r["metric"]) for r in default],
                         [(dev, DEFAULT_METRIC)])
        self.assertPings()
        self.assertStops(c, before)

    def test_network(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        dev = self.tunnel()
        routes = self.net.client.routes6()
        self.assertEqual(routes["default"][0]["dev"], dev)
        self.assertEqual(routes[DELEGATED][0]["type"], "unreachable")
        self.assertEqual(self.net.client.addresses6(dev), [])
        self.assertStops(c, before)

    def test_network_with_peer_pair_by_its_other_name(self):
        self.serve("--pair")
        before = self.net.client.snapshot()
        c = self.up("-t", "tunnelroute")
        self.assertEqual(self.net.client.addresses6(self.tunnel()),
                         [f"{CLIENT6} peer {SERVER6}/128"])
        self.assertPings()
        self.assertStops(c, before)

    def test_several_prefixes(self):
        self.serve("--route", "foo=2001:db8:2::/48,2001:db8:3::/48")
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        routes = self.net.client.routes6()
        self.assertIn("2001:db8:2::/48", routes)
        self.assertIn("2001:db8:3::/48", routes)
        self.assertStops(c, before)


class TestOptions(Case):

    def test_mtu_as_asked(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-m", "1400")
        self.assertEqual(self.net.client.links()[self.tunnel()]["mtu"], 1400)
        self.assertTrue(self.net.client.ping(SERVER6, "-s", "1200"))
        self.assertStops(c, before)

    def test_addresses_in_each_form(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-A",
                    "2001:db8:a::1 -prefixlen 128,2001:db8:b::1/64,fd00::1")
        self.assertEqual(self.net.client.addresses6(self.tunnel()), [
            "2001:db8:a::1/128", "2001:db8:b::1/64",
            f"{CLIENT6} peer {SERVER6}/128", "fd00::1/64"])
        self.assertStops(c, before)

    def test_destinations_instead_of_default(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-R",
                    "2001:db8:5:: -prefixlen 48,2001:db8:6::/48")
        routes = self.net.client.routes6()
        dev = self.tunnel()
        for dst in "2001:db8:5::/48", "2001:db8:6::/48":
            self.assertEqual(routes[dst][0]["dev"], dev)
        self.assertNotIn("default", routes)
        self.assertStops(c, before)

    def test_route_none(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-r", "none")
        self.assertNotIn("default", self.net.client.routes6())
        self.assertPings()
        self.assertStops(c, before)

    def test_replace_default(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "--replace-default", "--metric", "77")
        routes = self.net.client.routes6()
        for dst in "::/1", "8000::/1":
            self.assertEqual(routes[dst][0]["metric"], 77)
        self.assertNotIn("default", routes)
        self.assertStops(c, before)

    def test_interface_name(self):
        self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-i", "six")
        self.assertEqual(self.tunnel(), "six")
        self.assertStops(c, before)

    def test_keep_interface(self):
        self.serve()
        c = self.up("-t", "host", "-i", "six", "-o")
        self.assertPings()
        self.assertEqual(c.stop(), 0)
        link = self.net.client.links()["six"]
        self.assertNotIn("UP", link["flags"])
        self.assertNotIn("ifalias", link)
        self.assertEqual(self.net.client.addresses6("six"), [])
        self.assertNotIn("default", self.net.client.routes6())

    def test_existing_interface_is_used_and_given_back(self):
        self.serve()
        # Once up, so that it has the queue that it will have; and the kind
        # of link-local address that the kernel will choose with a carrier.
        self.net.client.ip("tuntap add mode tun name six",
                           "link set six mtu 1500 addrgenmode random",
                           "link set six up", "link set six down")
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-c", "-i", "six")
        self.assertEqual(self.net.client.links()["six"]["mtu"], 1280)
        self.assertPings()
        self.assertStops(c, before)

    def test_configured_interface_is_refused(self):
        self.serve()
        self.net.client.ip("tuntap add mode tun name six",
                           "link set six up",
                           "addr add 2001:db8:77::1/64 dev six nodad")
        before = self.net.client.snapshot()
        c = self.client("-t", "host", "-c", "-i", "six").start()
        self.assertEqual(c.wait_exit(), 1)
        c.wait_log("six")
        self.assertUnchanged(before)

    def test_nat_is_refused_and_accepted_with_n(self):
        self.serve(behave=["client4=203.0.113.9"])
        before = self.net.client.snapshot()
        c = self.client("-t", "host").start()
        self.assertEqual(c.wait_exit(), 1)
        c.wait_log(rf"203\.0\.113\.9.*{CLIENT4}.*-n.*-U")
        self.assertUnchanged(before)
        c = self.up("-t", "host", "-n")
        self.assertIn(f"local4={CLIENT4}", c.wait_log("tunnel=.*").group(0))
        self.assertPings()
        self.assertStops(c, before)

    def test_router_advertisement_of_the_far_end_changes_nothing(self):
        server = self.serve()
        c = self.up("-t", "host", "-r", "none")
        dev = self.tunnel()
        self.net.client.ping(SERVER6)
        before = self.net.client.snapshot()
        server.control("ra")
        # What comes after it has arrived shows that it has arrived.
        self.assertPings()
        self.assertUnchanged(before)
        # The same advertisement does change a kernel that listens.
        self.net.client.run(
            "sh", "-c", f"echo 2 >/proc/sys/net/ipv6/conf/{dev}/accept_ra")
        server.control("ra")
        self.assertPings()
        self.assertIn("default", self.net.client.routes6())
        self.assertEqual(c.stop(), 0)

    def test_auto_falls_back_to_user_space_and_says_so(self):
        self.serve()
        c = self.up("-t", "host", "--encap", "auto")
        self.assertRegex(c.wait_log("tunnel=.*").group(0), "encap=")
        self.assertPings()
        self.assertEqual(c.stop(signal.SIGINT), 0)

    def test_dry_run_prints_what_would_be_done(self):
        c = self.client()
        out = sh(c.argv[0], "-t", "host", "--dry-run",
                 f"+OK {CLIENT4} {SERVER4} {CLIENT6} {SERVER6}")
        self.assertIn(f"address add {CLIENT6}/128 peer {SERVER6}", out)
        self.assertEqual(len(out.splitlines()), 6)
