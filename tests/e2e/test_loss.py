"""A session that is lost, and how the client gets the next one."""

import signal
import time

from lib import (CLIENT4, CLIENT6, Case, DELEGATED, PATIENCE, ROUTER4,
                 SERVER4, SERVER6, children, eventually)

# No keep-alive gets in the way of what is measured.
CALM = ("--ping-interval", "60", "--ping-timeout", "20")


class TestLoss(Case):
    uml = True

    def test_server_gone_silently_is_noticed_and_found_again(self):
        self.serve()
        client = self.up("-t", "host", "-l")
        with self.net.blackhole():
            start = time.monotonic()
            client.wait_log("state=(waiting|connecting)", 2 * PATIENCE,
                            client.at)
            # Applications fall back to what else there is.
            self.assertNotIn("default", self.net.client.routes6())
            self.assertLess(time.monotonic() - start, 2 * PATIENCE)
        client.wait_state("up", 15 * PATIENCE, client.at)
        self.assertPingsAs(client)

    def test_server_stopped_without_a_word_is_noticed(self):
        self.serve()
        client = self.up("-t", "host", "-l")
        self.server.send(signal.SIGSTOP)
        try:
            client.wait_log("state=(waiting|connecting)", 2 * PATIENCE,
                            client.at)
        finally:
            self.server.send(signal.SIGCONT)
        client.wait_state("up", 30 + 5 * PATIENCE, client.at)
        self.assertPingsAs(client)

    def test_without_l_the_loss_is_the_end(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host")
        self.server.control("cut")
        self.assertEqual(client.wait_exit(), 1)
        self.assertUnchanged(before)

    def test_taken_over_by_another_login(self):
        # Neither at once nor within seconds: the other one would lose it.
        self.serve()
        client = self.up("-t", "host", "-l", "--retry-max", "300")
        self.server.control("say -ERR replaced by a new login")
        m = client.wait_log(r"state=waiting.*retry_in=([\d.]+).*taken over",
                            10, client.at)
        self.assertGreaterEqual(float(m[1]), 60)
        self.assertNotIn("default", self.net.client.routes6())
        # Who knows better says so.
        client.send(signal.SIGHUP)
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertPings()

    def test_taken_over_without_l_is_the_end(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host")
        self.server.control("say -ERR replaced by a new login")
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("taken over"), client.log.items)
        self.assertUnchanged(before)

    def test_server_restarts(self):
        self.serve()
        client = self.up("-t", "host", "-l")
        self.server.stop()
        client.wait_state("waiting", 10, client.at)
        self.serve()
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.assertPings()

    def change_address(self, old, new):
        self.net.client.ip(f"addr del {old}/24 dev wan",
                           f"addr add {new}/24 dev wan",
                           f"route add default via {ROUTER4}")

    def test_address_changes_under_it(self):
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        start = time.monotonic()
        self.change_address(CLIENT4, "192.0.2.66")
        client.wait_state("up", 3 * PATIENCE, client.at)
        self.assertLess(time.monotonic() - start, 3 * PATIENCE)
        self.server.wait("connect", conn=2, peer="192.0.2.66")
        words = client.status()[1]
        self.assertEqual(words["local4"], "192.0.2.66")
        self.assertPingsAs(client)

    def on_link(self):
        """A server next door: nothing but the address itself tells."""
        self.net.client.ip("route del default")
        self.serve("--listen", ROUTER4)
        return self.up("-t", "host", "-l", *CALM, "--retry-min", "60",
                       "--retry-max", "60", server=ROUTER4)

    def test_address_changes_and_no_route_does(self):
        client = self.on_link()
        self.net.client.ip("addr add 192.0.2.66/24 dev wan",
                           "addr add 192.0.2.67/32 dev wan",
                           f"addr del {CLIENT4}/24 dev wan",
                           "addr replace 192.0.2.66/24 dev wan")
        client.wait_state("up", 3 * PATIENCE, client.at)
        self.assertPingsAs(client)

    def test_address_comes_back_and_no_route_changes(self):
        client = self.on_link()
        self.net.client.ip(f"addr del {CLIENT4}/24 dev wan")
        # The first attempt comes by itself, at once and in vain.
        for _ in range(2):
            client.wait_state("waiting", 3 * PATIENCE, client.at)
        self.net.client.ip(f"addr add {CLIENT4}/24 dev wan")
        client.wait_state("up", 3 * PATIENCE, client.at)
        self.assertPingsAs(client)

    def test_address_changes_while_connecting(self):
        self.serve()
        client = self.client("-t", "host", "-l", *CALM)
        with self.net.blackhole():
            client.start().wait_state("connecting")
            eventually(lambda: len(children(client.pid)) == 2, 10,
                       "the dialler is at work")
            self.change_address(CLIENT4, "192.0.2.66")
        # What was under way cannot come to an end any more.
        client.wait_state("up", 3 * PATIENCE)
        self.server.wait("connect", peer="192.0.2.66")

    def test_second_address_takes_over(self):
        # The new one is there before the old one goes: a lease renewed.
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        self.net.client.ip("addr add 192.0.2.66/24 dev wan",
                           f"addr del {CLIENT4}/24 dev wan")
        self.net.client.run("ip", "addr", "replace", "192.0.2.66/24",
                            "dev", "wan")
        self.net.client.run("ip", "route", "replace", "default", "via",
                            ROUTER4)
        client.wait_state("up", 3 * PATIENCE, client.at)
        self.server.wait("connect", conn=2, peer="192.0.2.66")
        self.assertPingsAs(client)

    def test_changed_default_route_is_probed_at_once(self):
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        mark = self.server.mark()
        self.net.client.ip("route del default",
                           f"route add default via {ROUTER4} metric 5")
        self.server.wait("ping", 5 * PATIENCE, mark)
        eventually(lambda: client.status()[0] == 0, 5 * PATIENCE,
                   "it stays up")

    def test_network_comes_back_while_waiting(self):
        self.serve()
        slow = ("--retry-min", "60", "--retry-max", "60")
        client = self.up("-t", "host", "-l", *CALM, *slow)
        self.net.client.ip(f"addr del {CLIENT4}/24 dev wan")
        client.wait_state("waiting", 10, client.at)
        self.net.client.ip(f"addr add {CLIENT4}/24 dev wan",
                           f"route add default via {ROUTER4}")
        client.wait_state("up", 3 * PATIENCE, client.at)

    def test_same_grant_keeps_connections(self):
        """A new session with an unchanged grant only moves routes."""
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        dev = self.tunnel()
        index = self.net.client.links()[dev]["ifindex"]
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        link = self.net.client.links()[dev]
        self.assertEqual(link["ifindex"], index)
        self.assertPings()

    def test_new_grant_replaces_the_old(self):
        self.serve(behave=["ok", "client6=2001:db8:ffff::1006 "
                           "server6=2001:db8:ffff::1005"])
        client = self.up("-t", "host", "-l", *CALM)
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        self.assertEqual(
            self.net.client.addresses6(self.tunnel()),
            ["2001:db8:ffff::1006 peer 2001:db8:ffff::1005/128"])
        self.assertPings("2001:db8:ffff::1005", "2001:db8:ffff::1006")

    def test_new_prefix_replaces_the_old(self):
        self.serve(behave=["ok", "prefix=2001:db8:2::/48"])
        client = self.up("-t", "network", "-l", *CALM)
        self.assertIn(DELEGATED, self.net.client.routes6())
        self.server.control("cut")
        client.wait_state("up", 10 * PATIENCE, client.at)
        routes = self.net.client.routes6()
        self.assertIn("2001:db8:2::/48", routes)
        self.assertNotIn(DELEGATED, routes)


class TestReconnectSignal(Case):
    uml = True

    def test_hup_while_up(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        client.send(signal.SIGHUP)
        self.server.wait("quit", conn=1)
        client.wait_state("up", 10, client.at)
        self.assertPingsAs(client)
        self.assertStops(client, before)

    def test_hup_without_l(self):
        self.serve()
        client = self.up("-t", "host", *CALM)
        client.send(signal.SIGHUP)
        self.server.wait("quit", conn=1)
        client.wait_state("up", 10, client.at)

    def test_hup_while_connecting(self):
        self.serve()
        client = self.client("-t", "host", "-l", *CALM)
        with self.net.blackhole():
            client.start().wait_state("connecting")
            client.send(signal.SIGHUP)
        client.wait_state("up", 3 * PATIENCE)
        self.assertPingsAs(client)

    def test_hup_while_greeting(self):
        self.serve(behave=["stall@connect", "ok"])
        client = self.client("-t", "host", "-l", *CALM).start()
        self.server.wait("behave", conn=1)
        client.send(signal.SIGHUP)
        client.wait_state("up", 3 * PATIENCE)
        self.server.wait("close", conn=1)

    def test_hup_while_waiting(self):
        client = self.client("-t", "host", "-l", *CALM, "--retry-min", "60",
                             "--retry-max", "60").start()
        client.wait_state("waiting")
        self.serve()
        client.send(signal.SIGHUP)
        client.wait_state("up", 3 * PATIENCE)

    def test_twenty_hups_in_a_second_leave_one_session(self):
        before = self.net.client.snapshot()
        self.serve()
        client = self.up("-t", "host", "-l", *CALM)
        for _ in range(20):
            client.send(signal.SIGHUP)
            time.sleep(0.05)
        eventually(lambda: len(self.server.live()) == 1
                   and client.status()[0] == 0
                   and self.server.events("grant")[-1]["conn"]
                   in self.server.live(), 10, "one live session")
        self.assertPingsAs(client)
        # And it stays at that.
        mark = self.server.mark()
        time.sleep(1)
        self.assertEqual(self.server.events("connect", mark), [])
        self.assertEqual(len(self.server.live()), 1)
        self.assertStops(client, before)

    def test_hup_reads_the_password_again(self):
        self.serve()
        client = self.client("-t", "host", "-l", *CALM, password="old",
                             ).start()
        client.wait_log("authentication")
        with open(client.auth, "w") as f:
            f.write(f"{SERVER4}:foo:bar\n")
        client.send(signal.SIGHUP)
        client.wait_state("up", 3 * PATIENCE)
        self.assertPings(SERVER6, CLIENT6)
