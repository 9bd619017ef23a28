"""UDP tunnels behind a NAT."""

from lib import CLIENT4, CLIENT6, SERVER6, Case, eventually
from nat import NAT4, NatNet
from traffic import Traffic

# Keep-alives come every 20 s.
KEEPALIVE = 30


class TestNat(Case):
    network = NatNet

    def behind(self, *options):
        """A client whose way the server knows."""
        self.serve()
        client = self.up("-U", "-n", "-l", "-t", "host", *options)
        self.server.wait("udp-peer")
        return client

    def assertOneSession(self, client):
        self.assertEqual(client.status()[1]["sessions"], "1")
        self.assertEqual(len(self.server.live()), 1)
        self.assertEqual(client.lines("state=(waiting|leaving|probing)"), [])

    def test_both_ways(self):
        before = self.net.client.snapshot()
        client = self.behind()
        self.assertEqual(self.server.wait("request")["keys"], ["proto=udp"])
        self.assertPings()
        Traffic(self, self.net.server, "echo", SERVER6)
        Traffic(self, self.net.client, "send", SERVER6, 1 << 20).finish()
        Traffic(self, self.net.client, "echo", CLIENT6)
        Traffic(self, self.net.server, "send", CLIENT6, 1 << 20).finish()
        self.assertEqual(self.server.events("udp-drop"), [])
        self.assertOneSession(client)
        self.assertStops(client, before)

    def test_without_n_both_addresses_are_named(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.client("-U", "-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines(rf"(?=.*{CLIENT4})(?=.*{NAT4})(?=.*-n)"),
                        client.log.items)
        self.assertUnchanged(before)

    def test_port_that_the_nat_forwards(self):
        self.net.forward(6000, 4028)
        self.serve()
        self.up("-U", "-n", "-B", "6000", "-t", "host")
        self.assertEqual(self.server.wait("request")["keys"],
                         ["proto=udp", "port=6000"])
        self.assertPings()

    def test_mapping_is_kept(self):
        self.net.expire_after(25)
        client = self.behind()
        # Three at the start and two more are twice the time it remembers.
        eventually(lambda: len(self.server.events("udp-keepalive")) >= 5,
                   2 * KEEPALIVE, "five keep-alives")
        self.assertTrue(self.net.mappings())
        self.assertTrue(self.net.server.ping(CLIENT6))
        self.assertEqual(len(self.server.events("udp-peer")), 1)
        self.assertOneSession(client)

    test_mapping_is_kept.slow = True

    def test_expired_mapping_is_renewed(self):
        self.net.expire_after(4)
        client = self.behind()
        self.assertPings()
        eventually(lambda: not self.net.mappings(), 15, "it is forgotten")
        self.assertFalse(self.net.server.ping(CLIENT6, "-W", "1"))
        self.server.wait("udp-keepalive", KEEPALIVE, self.server.mark())
        self.assertTrue(self.net.server.ping(CLIENT6))
        self.assertOneSession(client)

    test_expired_mapping_is_renewed.slow = True

    def test_server_follows_to_another_port(self):
        client = self.behind()
        self.assertPings()
        eventually(lambda: len(self.server.events("udp-keepalive")) >= 3,
                   KEEPALIVE, "the first keep-alives")
        self.net.masquerade("50000-50999")
        mark = self.server.mark()
        self.net.forget()
        # Data alone does not move it.
        self.assertFalse(self.net.client.ping(SERVER6, "-W", "1"))
        drop = self.server.wait("udp-drop", 10, mark, reason="wrong-source")
        self.assertIn(drop["source"][1], range(50000, 51000))
        self.assertEqual(self.server.events("udp-peer", mark), [])
        moved = self.server.wait("udp-peer", KEEPALIVE, mark)
        self.assertEqual(moved["peer"], drop["source"])
        self.assertPings()
        self.assertOneSession(client)

    test_server_follows_to_another_port.slow = True
