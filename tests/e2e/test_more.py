"""Grants refused for what this host is, back-off, and what is printed."""

import signal
import time

from lib import CLIENT4, CLIENT6, PATIENCE, SERVER4, SERVER6, Case, sh


class TestGrants(Case):

    def refused(self, behave, pattern, type_="host"):
        """Without -l: exit 1, one line that says why, nothing changed."""
        self.serve(behave=[behave])
        before = self.net.client.snapshot()
        c = self.client("-t", type_).start()
        self.assertEqual(c.wait_exit(), 1)
        said = c.lines("reason=")
        self.assertEqual(len(said), 1, c.log.items)
        self.assertRegex(said[0], pattern)
        self.assertUnchanged(before)

    def test_far_end_is_another_address_of_ours(self):
        self.net.client.ip("addr add 192.0.2.77/32 dev lo")
        self.refused("server4=192.0.2.77", r"192\.0\.2\.77")

    def test_inner_pair_is_twice_the_same(self):
        self.refused(f"server6={CLIENT6}", CLIENT6)

    def test_prefix_with_host_bits(self):
        self.refused("prefix=2001:db8::1/48", "2001:db8::1/48", "network")

    def test_prefix_multicast(self):
        self.refused("prefix=ff00::/16", "ff00::/16", "network")

    def test_several_prefixes(self):
        self.serve("--route", "foo=2001:db8:2::/48,2001:db8:3::/48")
        before = self.net.client.snapshot()
        c = self.up("-t", "network")
        routes = self.net.client.routes6()
        self.assertIn("2001:db8:2::/48", routes)
        self.assertIn("2001:db8:3::/48", routes)
        self.assertStops(c, before)

    def test_a_lie_after_a_good_grant_leaves_nothing_of_either(self):
        server = self.serve(behave=["ok", "server4=224.0.0.1", "ok"])
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        at = c.mark()
        server.control("cut")
        c.wait_log(r"state=waiting.*224\.0\.0\.1", start=at)
        c.wait_state("up", 10 + PATIENCE, start=c.at)
        status = c.status()[1]
        self.assertPings(status["server6"], status["client6"])
        self.assertStops(c, before)


class TestBackOff(Case):

    def test_the_same_failure_again_and_again_is_told_seldom(self):
        self.serve(behave=["sold-out"])
        c = self.client("-t", "host", "-l", "--retry-max", "0.05").start()
        c.wait_log("failures=16 ", 30)
        self.assertEqual(len(c.lines("state=waiting")), 5)
        self.assertEqual(c.stop(signal.SIGTERM), 0)

    def test_refused_authentication_waits_longer_than_other_failures(self):
        self.serve(behave=["auth-fail"])
        c = self.client("-t", "host", "-l", "--retry-max", "300").start()
        m = c.wait_log(r"state=waiting.*retry_in=([\d.]+)")
        self.assertGreaterEqual(float(m.group(1)), 60)
        began = time.monotonic()
        self.assertEqual(c.stop(), 0)
        self.assertLess(time.monotonic() - began, PATIENCE)


class TestPrinted(Case):
    uml = True

    def test_auto_takes_the_kernel_where_it_can_and_says_so(self):
        self.serve()
        c = self.up("-t", "host", "--encap", "auto")
        how = c.wait_log("tunnel=.* encap=(kernel|user)").group(1)
        kind = self.net.client.links()[self.tunnel()]["linkinfo"]["info_kind"]
        self.assertEqual(kind, {"kernel": "sit", "user": "tun"}[how])
        self.assertPings()
        self.assertEqual(c.stop(signal.SIGINT), 0)

    def test_dry_run_prints_what_would_be_done(self):
        c = self.client()
        before = self.net.client.snapshot()
        out = sh(*self.net.client.enter, c.argv[0], "-t", "host", "--dry-run",
                 f"+OK {CLIENT4} {SERVER4} {CLIENT6} {SERVER6}")
        self.assertIn(f"address add {CLIENT6}/128 peer {SERVER6}", out)
        self.assertEqual(len(out.splitlines()), 6)
        self.assertUnchanged(before)
