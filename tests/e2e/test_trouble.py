"""A server that stalls, cuts, floods and lies.

Each kind of trouble is met twice: a client without -l says one clear line,
changes nothing and exits with 1; a client with -l comes back and gets its
tunnel from a server that has mended its ways.
"""

from lib import CLIENT4, PATIENCE, Case

# What the standard texts of design allow for greeting and grant, in seconds.
PROTOCOL_TIMEOUT = 30


class TestTrouble(Case):

    def trouble(self, *behave, says, timeout=10, kind="host"):
        """Both halves at the same time: the slow ones take long enough."""
        before = self.net.client.snapshot()
        self.serve("--idle", "3600:3600",
                   behave=[f"2*{b}" for b in behave] + ["ok"])
        once = self.client("-t", kind).start()
        try:
            self.server.wait("connect", conn=1)
        except AssertionError:
            pass    # the report below says more
        again = self.client("-t", kind, "-l").start()

        self.assertEqual(once.wait_exit(timeout), 1)
        self.assertTrue(once.lines(says), once.log.items)
        self.assertOneReason(once)

        again.wait_state("up", timeout)
        self.assertTrue(again.lines(says), again.log.items)
        self.assertNothingApplied(again)
        self.assertPings(back=self.inner())
        self.assertStops(again, before)
        return once, again

    def inner(self):
        return self.server.events("grant")[-1]["reply"].split()[3]

    def assertOneReason(self, client):
        """One line says why; the others are changes of state."""
        reasons = client.lines(r"error: ")
        self.assertEqual(len(reasons), 1, client.log.items)

    def assertNothingApplied(self, client):
        """It never got to configure anything before its last attempt."""
        self.assertEqual(len(client.lines("state=up")), 1)

    # Stalls

    def stall(self, point):
        self.trouble(f"stall@{point}", says=r"time|no (greeting|answer|reply)",
                     timeout=PROTOCOL_TIMEOUT * 2)

    def test_stalls_before_greeting(self):
        self.stall("connect")
    test_stalls_before_greeting.slow = True

    def test_stalls_mid_line(self):
        self.stall("greeting")
    test_stalls_mid_line.slow = True

    def test_stalls_after_request(self):
        self.stall("request")
    test_stalls_after_request.slow = True

    def test_stalls_in_the_grant(self):
        self.stall("grant")
    test_stalls_in_the_grant.slow = True

    def test_trickles_past_the_deadline(self):
        # A byte every two seconds keeps the connection busy, not alive.
        self.trouble("trickle=2000", says=r"time|no (greeting|answer|reply)",
                     timeout=PROTOCOL_TIMEOUT * 2)
    test_trickles_past_the_deadline.slow = True

    def test_trickle_that_is_fast_enough_is_fine(self):
        before = self.net.client.snapshot()
        self.serve(behave=["trickle=5"])
        client = self.up("-t", "host")
        self.assertPings()
        self.assertStops(client, before)

    # Cuts

    def cut(self, point, says=r"clos|reset|end"):
        for action in "cut", "reset":
            with self.subTest(action):
                self.trouble(f"{action}@{point}", says=says)
                self.server.stop()

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
        again.wait_state("up", timeout)
        last = again.at
        self.assertTrue(self.server.wait("connect", conn=3, timeout=timeout))
        again.wait_state("up", timeout, last)
        self.assertTrue(again.lines(says), again.log.items)
        self.assertPings(back=self.inner())
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
        for point in "connect", "request":
            with self.subTest(point):
                self.trouble(f"nul@{point}", says="control|NUL|byte")
                self.server.stop()

    def test_nul_bytes_in_keep_alive(self):
        self.lost("nul@ping", says="control|NUL|byte")

    def test_a_line_of_a_megabyte(self):
        for point in "connect", "request":
            with self.subTest(point):
                self.trouble(f"long@{point}", says="long")
                self.server.stop()

    def test_a_line_of_a_megabyte_while_up(self):
        self.lost("long@up", says="long")

    def test_ten_thousand_lines_as_greeting(self):
        self.trouble("lines@connect", says=".")

    def test_ten_thousand_lines_while_up(self):
        self.lost("lines@up", says="unasked|unexpected|too many|lines?")

    def test_greetings_that_are_none(self):
        for text in ("HTTP/1.1 400 Bad Request", "+OK", "", "-ERR go away"):
            with self.subTest(text):
                self.trouble(f"greeting={text}", says="greeting|go away")
                self.server.stop()

    # Refusals

    def refused(self, behave, says):
        self.trouble(behave, says=says)

    def test_authentication_failed(self):
        self.refused("auth-fail", "authentication")

    def test_unsupported_type(self):
        self.refused("unsupported", "type")

    def test_sold_out(self):
        self.refused("sold-out", "sold out")

    def test_internal_error(self):
        self.refused("internal", "out of luck")

    def test_timed_out_at_once(self):
        self.refused("timed-out", "timed out")

    # Lies

    def lies(self, *fields, says, kind="host"):
        for field in fields:
            with self.subTest(field):
                self.trouble(field, says=says, kind=kind)
                self.server.stop()

    def test_far_end_is_multicast(self):
        self.lies("server4=224.0.0.1", says=r"224\.0\.0\.1")

    def test_far_end_is_loopback(self):
        self.lies("server4=127.0.0.1", says=r"127\.0\.0\.1")

    def test_far_end_is_ourselves(self):
        self.lies("server4={client4}", says=CLIENT4)

    def test_far_end_is_malformed(self):
        self.lies("server4=198.51.100", "server4=198.51.100.1.1",
                  "server4=0198.51.100.1", "client4=fe80::1", says=".")

    def test_inner_addresses_are_out_of_range(self):
        self.lies("client6=ff02::1", "server6=::1", "client6=fe80::1",
                  "server6=::ffff:192.0.2.1", "client6={server6}", says=".")

    def test_inner_addresses_are_malformed(self):
        self.lies("client6=2001:db8", "server6=2001:db8::5%lo",
                  "client6=2001:db8:::6", says=".")

    def test_prefix_is_not_one(self):
        for prefix in ("2001:db8:1::/0", "2001:db8:1::/129",
                       "2001:db8:1::/-1", "2001:db8:1::/048", "ff00::/16",
                       "2001:db8:1::1/48", "2001:db8:1::/48x"):
            with self.subTest(prefix):
                self.net_trouble(f"prefix={prefix}")
                self.server.stop()

    def net_trouble(self, behave):
        """As trouble(), for type network, whose grant has no pair."""
        before = self.net.client.snapshot()
        self.serve(behave=[f"2*{behave}", "ok"])
        once = self.client("-t", "network").start()
        self.assertEqual(once.wait_exit(), 1)
        self.assertOneReason(once)
        self.assertUnchanged(before)
        again = self.client("-t", "network", "-l").start()
        again.wait_state("up")
        self.assertNothingApplied(again)
        self.assertStops(again, before)

    def test_grant_of_another_type(self):
        before = self.net.client.snapshot()
        self.serve(behave=["reply=+OK {client4} {server4}"])
        client = self.client("-t", "host").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertUnchanged(before)


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
