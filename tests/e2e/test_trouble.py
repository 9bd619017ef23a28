"""A server that stalls, cuts, floods and lies.

A client without -l says one clear line and exits with 1; one with -l comes
back, and gets its tunnel from a server that has mended its ways.  Nothing of a
bad grant is applied, not even for a moment.
"""

from lib import CLIENT4, PATIENCE, Case, eventually

# What the standard texts of design allow for greeting and grant, in seconds.
PROTOCOL_TIMEOUT = 30


class TestTrouble(Case):

    def trouble(self, behave, says, timeout=10, kind="host", once=True):
        """once: also without -l.  Left out where it would take long."""
        before = self.net.client.snapshot()
        first = 2 if once else 1
        # The session after the trouble is held up, so that there is time to
        # look; the one after that is good.
        self.serve("--idle", "3600:3600", behave=[
            f"{first}*{behave}", "stall@connect", "ok"])
        if once:
            client = self.client("-t", kind).start()
            with self.net.client.silence(self):
                self.assertEqual(client.wait_exit(timeout), 1)
            self.assertOneReason(client, says)
            self.assertUnchanged(before)

        client = self.client("-t", kind, "-l")
        with self.net.client.silence(self):
            client.start()
            self.server.wait("behave", timeout, conn=first + 1)
        self.assertTrue(client.lines(says), client.log.items)
        self.server.control("cut")
        client.wait_state("up", timeout)
        if "server6" in client.status()[1]:
            self.assertPingsAs(client)
        self.assertStops(client, before)

    def each(self, behaviours, **how):
        """Trouble of each of these kinds, with a server for each."""
        for behave in behaviours:
            with self.subTest(behave):
                try:
                    self.trouble(behave, **how)
                finally:
                    self.server.stop()

    def assertOneReason(self, client, says):
        """One line says why; the others are changes of state."""
        reasons = client.lines(r"error: ")
        self.assertEqual(len(reasons), 1, client.log.items)
        self.assertRegex(reasons[0], says)

    # Stalls

    def stall(self, behave):
        self.trouble(behave, says=r"time|no (greeting|answer|reply)",
                     timeout=PROTOCOL_TIMEOUT * 2, once=False)

    def test_stalls_before_greeting(self):
        self.stall("stall@connect")
    test_stalls_before_greeting.slow = True

    def test_stalls_mid_line(self):
        self.stall("stall@greeting")
    test_stalls_mid_line.slow = True

    def test_stalls_after_request(self):
        self.stall("stall@request")
    test_stalls_after_request.slow = True

    def test_stalls_in_the_grant(self):
        self.stall("stall@grant")
    test_stalls_in_the_grant.slow = True

    def test_trickles_past_the_deadline(self):
        # A byte every two seconds keeps the connection busy, not alive.
        self.stall("trickle=2000")
    test_trickles_past_the_deadline.slow = True

    def test_trickle_that_is_fast_enough_is_fine(self):
        before = self.net.client.snapshot()
        self.serve(behave=["trickle=5"])
        client = self.up("-t", "host")
        self.assertPings()
        self.assertStops(client, before)

    # Cuts

    def cut(self, point):
        self.each([f"cut@{point}", f"reset@{point}"], says="clos|reset|end")

    def test_cuts_before_greeting(self):
        self.cut("connect")

    def test_cuts_mid_line(self):
        self.cut("greeting")

    def test_cuts_after_request(self):
        self.cut("request")

    def test_cuts_in_the_grant(self):
        self.cut("grant")

    # After the grant: there is something to take back.

    def lost(self, *behave, says, timeout=10):
        before = self.net.client.snapshot()
        self.serve("--idle", "3600:3600", behave=[*behave, "ok"])
        once = self.client("-t", "host").start()
        self.assertEqual(once.wait_exit(timeout), 1)
        self.assertTrue(once.lines(says), once.log.items)
        self.assertUnchanged(before)

        self.server.behave(*behave, "ok")
        again = self.client("-t", "host", "-l").start()
        # The loss may have come before it knew that it was up.
        self.server.wait("grant", conn=3, timeout=timeout)
        eventually(lambda: again.status()[0] == 0, timeout, "up again")
        self.assertTrue(again.lines(says), again.log.items)
        self.assertPingsAs(again)
        self.assertStops(again, before)

    def test_cuts_after_the_grant(self):
        self.lost("cut@up", says="clos|end")

    def test_resets_after_the_grant(self):
        self.lost("reset@up", says="reset|clos")

    def test_cuts_while_up(self):
        self.lost("cut@up=0.5", says="clos|end")

    def test_stalls_after_the_grant(self):
        self.lost("stall@up", says="ping|answer|reply|dead",
                  timeout=2 * PATIENCE + 5)

    def test_cuts_in_keep_alive(self):
        self.lost("cut@ping", says="clos|end")

    def test_says_that_the_connection_timed_out(self):
        self.lost("pong=-ERR connection timed out, disconnecting",
                  says="timed out")

    # Junk

    def test_nul_bytes(self):
        self.each(["nul@connect", "nul@request"], says="control|NUL|byte")

    def test_nul_bytes_in_keep_alive(self):
        self.lost("nul@ping", says="control|NUL|byte")

    def test_a_line_of_a_megabyte(self):
        self.each(["long@connect", "long@request"], says="long")

    def test_a_line_of_a_megabyte_while_up(self):
        self.lost("long@up", says="long")

    def test_ten_thousand_lines_as_greeting(self):
        self.trouble("lines@connect", says=".")

    def test_ten_thousand_lines_while_up(self):
        self.lost("lines@up", says="unasked|unexpected|too many|lines?")

    def test_greetings_that_are_none(self):
        self.each([f"greeting={text}" for text in (
            "HTTP/1.1 400 Bad Request", "+OK", "", "-ERR go away")],
            says="greeting|go away")

    # Refusals

    def test_authentication_failed(self):
        self.trouble("auth-fail", says="authentication")

    def test_unsupported_type(self):
        self.trouble("unsupported", says="type")

    def test_sold_out(self):
        self.trouble("sold-out", says="sold out")

    def test_internal_error(self):
        self.trouble("internal", says="out of luck")

    def test_timed_out_at_once(self):
        self.trouble("timed-out", says="timed out")

    # Lies

    def test_far_end_is_multicast(self):
        self.trouble("server4=224.0.0.1", says=r"224\.0\.0\.1")

    def test_far_end_is_loopback(self):
        self.trouble("server4=127.0.0.1", says=r"127\.0\.0\.1")

    def test_far_end_is_ourselves(self):
        self.trouble("server4={client4}", says=CLIENT4)

    def test_far_end_is_malformed(self):
        self.each(["server4=198.51.100", "server4=198.51.100.1.1",
                   "server4=0198.51.100.1", "client4=fe80::1"], says=".")

    def test_inner_addresses_are_out_of_range(self):
        self.each(["client6=ff02::1", "server6=::1", "client6=fe80::1",
                   "server6=::ffff:192.0.2.1", "client6={server6}"], says=".")

    def test_inner_addresses_are_malformed(self):
        self.each(["client6=2001:db8", "server6=2001:db8::5%lo",
                   "client6=2001:db8:::6"], says=".")

    def test_prefix_is_not_one(self):
        self.each([f"prefix={p}" for p in (
            "2001:db8:1::/0", "2001:db8:1::/129", "2001:db8:1::/-1",
            "2001:db8:1::/048", "ff00::/16", "2001:db8:1::1/48",
            "2001:db8:1::/48x")], says=".", kind="network")

    def test_grant_of_another_type(self):
        self.trouble("reply=+OK {client4} {server4}", says=".")


class TestNobodyThere(Case):
    def test_connection_refused(self):
        before = self.net.client.snapshot()
        client = self.client().start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertTrue(client.lines("(?i)refused"), client.log.items)
        self.assertUnchanged(before)

    def test_comes_when_the_server_does(self):
        client = self.client("-t", "host", "-l").start()
        client.wait_state("waiting")
        self.serve()
        client.wait_state("up", 20)

    def test_name_that_does_not_resolve(self):
        client = self.client(server="nosuch.invalid").start()
        self.assertEqual(client.wait_exit(60), 1)
        self.assertTrue(client.lines(r"nosuch\.invalid"), client.log.items)

    def test_server_does_not_answer(self):
        before = self.net.client.snapshot()
        with self.net.blackhole():
            client = self.client().start()
            self.assertEqual(client.wait_exit(15 * PATIENCE), 1)
        self.assertUnchanged(before)
    test_server_does_not_answer.slow = True
