"""-r: who sets the default route.  solicit: a router behind the tunnel."""

import unittest

from lan import WORLD6
from lib import PATIENCE, UML, Case, eventually

ROUTER = "fe80::77"


@unittest.skipIf(UML, "the server listens for solicitations in user space")
class TestSolicit(Case):

    def setUp(self):
        super().setUp()
        self.net.server.ip(f"addr add {WORLD6}/128 dev lo nodad")

    def conf(self, name):
        return self.net.client.run(
            "cat", f"/proc/sys/net/ipv6/conf/{self.tunnel()}/{name}").strip()

    def assertDefault(self):
        default = eventually(
            lambda: self.net.client.routes6().get("default"), PATIENCE,
            "a default route")
        self.assertEqual([(r["gateway"], r["dev"], r["protocol"])
                          for r in default], [(ROUTER, self.tunnel(), "ra")])
        self.assertTrue(self.net.client.ping(WORLD6), f"no way to {WORLD6}")

    def test_answered(self):
        before = self.net.client.snapshot()
        self.serve("--router", ROUTER)
        client = self.up("-t", "host", "-r", "solicit")
        client.wait_log(f"solicit=answered if=dtcp0 router={ROUTER}$")
        asked = self.server.wait("solicitation")
        self.assertEqual(asked["hoplimit"], 255)
        self.assertRegex(asked["source"], "^fe80::")
        self.assertEqual(self.conf("accept_ra"), "2")
        self.assertDefault()
        self.assertStops(client, before)

    def test_answered_on_a_router(self):
        self.net.client.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        self.serve("--router", ROUTER)
        self.up("-t", "host", "-r", "solicit").wait_log("solicit=answered")
        self.assertDefault()

    def test_not_answered(self):
        self.serve()
        client = self.up("-t", "host", "-r", "solicit")
        client.wait_log(
            "warning: solicit=unanswered if=dtcp0: no router advertisement "
            "came after three solicitations$", 20)
        asked = [e["t"] for e in self.server.events("solicitation")]
        self.assertEqual(len(asked), 3)
        for one, next_one in zip(asked, asked[1:]):
            self.assertAlmostEqual(next_one - one, 4, delta=0.5)
        self.assertNotIn("default", self.net.client.routes6())
        self.assertEqual(client.status()[0], 0)

    def test_again_after_a_reconnect(self):
        self.serve("--router", ROUTER)
        client = self.up("-t", "host", "-l", "-r", "solicit")
        client.wait_log("solicit=answered")
        mark = self.server.mark()
        self.server.control("cut")
        client.wait_state("up", 5 * PATIENCE, client.at)
        client.wait_log("solicit=answered", 15, client.at)
        self.server.wait("solicitation", start=mark)
        self.assertDefault()


class TestRouteMode(Case):
    uml = True

    def test_none(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-r", "none")
        self.assertNotIn("default", self.net.client.routes6())
        self.assertPings()
        self.assertStops(client, before)

    def test_other_words(self):
        for word in "rtsol", "", "STATIC":
            client = self.client("-t", "host", "-r", word).start()
            self.assertEqual(client.wait_exit(), 64, client.log.items)
