"""What the LAN sees when grants, interfaces and the program itself change."""

import os
import signal

from lan import (CONFIGURED, OTHER_DELEGATED, OTHER_SUBNET, ROUTER_LIFETIME,
                 SUBNET, LanCase, addresses, linklocal)
from lib import PATIENCE, eventually

OTHER = "prefix=" + OTHER_DELEGATED


class TestPrefix(LanCase):

    def assertMoved(self, client, start):
        """The old subnet is withdrawn, the new one is in use."""
        self.wait_ours(SUBNET, 15, start, (0, 0))
        self.host.wait_deprecated(SUBNET, PATIENCE)
        self.assertReaches(OTHER_SUBNET)
        new = self.host.slaac(OTHER_SUBNET)
        self.assertFalse(new.get("deprecated"))
        eventually(lambda: [a for a in self.net.client.addresses6("lan0")
                            if a.startswith("2001:db8:1:")] == [], 10,
                   "the client's old address is gone")
        self.assertEqual(len(client.lines(
            rf"ra=withdrawn if=lan0 prefix={SUBNET}")), 1, client.log.items)

    def test_another_prefix_after_the_loss(self):
        self.serve(behave=["ok", OTHER])
        client = self.lan_up()
        client.wait_log(f"ra=begins if=lan0 prefix={SUBNET}", CONFIGURED)
        self.assertReaches()
        at = self.recorder.mark()
        self.server.control("cut")
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertMoved(client, at)

    def test_another_prefix_on_request(self):
        before = self.net.client.snapshot()
        self.serve(behave=["ok", OTHER])
        client = self.lan_up()
        self.assertReaches()
        at = self.recorder.mark()
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertMoved(client, at)
        self.assertStops(client, before)

    def test_another_prefix_and_back(self):
        self.serve(behave=["ok", OTHER, "ok"])
        client = self.lan_up()
        self.assertReaches()
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.host.wait_deprecated(SUBNET, 15)
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.host.wait_deprecated(OTHER_SUBNET, 15)
        eventually(lambda: not self.host.slaac(SUBNET).get("deprecated"),
                   15, "the first prefix is preferred again")
        self.assertReaches(SUBNET)

    def test_same_prefix_changes_nothing(self):
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        near, far = self.connection()
        self.assertTalk(near, far)
        was = addresses(self.net.client, "lan0", "global")
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertTalk(near, far)
        self.server.stop()
        client.wait_state("waiting", 10, client.at)
        # Long enough for another advertisement, 3 s after the one before.
        with self.assertRaises(AssertionError):
            self.recorder.wait(lambda ra: ra.router_lifetime == 0, 5)
        self.serve()
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertTalk(near, far)
        self.assertEqual(addresses(self.net.client, "lan0", "global"), was)
        self.wait_ours()
        for ra in self.recorder.advertisements():
            self.assertEqual(ra.router_lifetime, ROUTER_LIFETIME)
            self.assertEqual(list(ra.prefixes), [SUBNET])
        self.assertEqual(len(client.lines("ra=")), 1, client.log.items)

    def killed(self):
        """A run that ended with SIGKILL, all of it; the next one gets
        another prefix."""
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        client.kill(client.child)
        self.server.behave(OTHER)
        return client

    def test_killed_and_started_again(self):
        client = self.killed()
        at = self.recorder.mark()
        client.start().wait_state("up")
        self.assertMoved(client, at)

    def test_damaged_file_is_ignored(self):
        client = self.killed()
        found = os.listdir(client.state)
        self.assertEqual(len(found), 1, found)
        path = os.path.join(client.state, found[0])
        for text in b"\xff\0 nonsense \n" * 9, b"":
            with open(path, "wb") as f:
                f.write(text)
            client.start().wait_state("up")
            self.assertEqual(len(client.lines(
                rf"warning: {path}: .*: ignored, and what ")), 1,
                client.log.items)
            self.wait_ours(OTHER_SUBNET, start=self.recorder.mark())
            client.kill(client.child)

    def test_a_lan_that_is_not_named_any_more(self):
        client = self.killed()
        path = os.path.join(client.state, os.listdir(client.state)[0])
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace("lan0", "lan9"))
        client.start().wait_log(
            f"warning: prefix {SUBNET} was announced on lan9, which -P does "
            "not name now")
        client.wait_state("up")


class TestInterface(LanCase):

    def come_back(self, client, start, subnet=SUBNET):
        """Address and advertisements are there again."""
        eventually(lambda: self.net.client.addresses6("lan0"), CONFIGURED,
                   "the address is back")
        self.wait_ours(subnet, CONFIGURED, start)
        self.assertReaches(subnet)
        self.assertEqual(client.status()[0], 0)

    def test_down_and_up(self):
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        self.net.client.ip("link set lan0 down")
        eventually(lambda: self.net.client.addresses6("lan0") == [], 10,
                   "the kernel took the address away")
        at = self.recorder.mark()
        self.net.client.ip("link set lan0 up")
        self.come_back(client, at)

    def test_deleted_and_made_again(self):
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        self.net.client.ip("link del lan0")
        at = self.recorder.mark()
        self.host.plug()
        self.router = linklocal(self.net.client, "lan0")
        self.come_back(client, at)

    def test_made_again_while_the_tunnel_was_away(self):
        self.serve()
        client = self.lan_up()
        self.assertReaches()
        self.server.stop()
        client.wait_state("waiting", 10, client.at)
        self.net.client.ip("link del lan0")
        self.host.plug()
        self.router = linklocal(self.net.client, "lan0")
        at = self.recorder.mark()
        self.serve(behave=[OTHER])
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.come_back(client, at, OTHER_SUBNET)

    def test_stop_while_it_is_away(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        self.net.client.ip("link del lan0")
        self.assertEqual(client.stop(), 0)
        self.assertEqual(client.lines("error:"), [])

    def test_removals_on_a_lan_cost_the_tunnel_nothing(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        for _ in range(5):
            at = client.mark()
            address = eventually(
                lambda: self.net.client.addresses6("lan0"), 10,
                "the address is back")[0]
            self.net.client.ip(f"addr del {address} dev lan0")
            client.wait_log(r"repair=put-back if=lan0", 10, at)
        address = eventually(lambda: self.net.client.addresses6("lan0"), 10,
                             "the address is back")[0]
        self.net.client.ip(f"addr del {address} dev lan0")
        client.wait_log(r"repair=given-up if=lan0", 10)
        tunnel = self.tunnel()
        self.net.client.ip(f"route del ::/0 dev {tunnel}")
        client.wait_log(rf"repair=put-back if={tunnel} object=\"route add def",
                        10)
        eventually(lambda: "default" in self.net.client.routes6(), 10,
                   "the default route is back")
