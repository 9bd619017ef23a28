"""Servers that stall, cut, lie and flood."""

import signal
import time
import unittest

from lib import CLIENT4, CLIENT6, PATIENCE, SERVER4, Case


def slow(method):
    method.slow = True
    return method


class Faulty(Case):
    """Each fault: one clear line, nothing applied, and back with -l."""

    def fails_once(self, behave, pattern, timeout=10, type_="host"):
        """Without -l: exit 1, one line that says why, nothing changed."""
        self.serve(behave=[behave])
        before = self.net.client.snapshot()
        c = self.client("-t", type_).start()
        self.assertEqual(c.wait_exit(timeout), 1)
        self.assertEqual(
            [e for e in c.errors() if "tunnel=" not in e], [])
        said = c.lines("reason=")
        self.assertEqual(len(said), 1, c.log.items)
        self.assertRegex(said[0], pattern)
        self.assertUnchanged(before)

    def comes_back(self, behave, pattern, type_="host"):
        """With -l: the fault is told, and the next session is a good one."""
        self.serve(behave=[behave, "ok"])
        before = self.net.client.snapshot()
        c = self.client("-t", type_, "-l").start()
        c.wait_log(f"state=waiting.*{pattern}", 20)
        c.wait_state("up", 10 + PATIENCE)
        self.assertStops(c, before)


class TestCut(Faulty):

    def test_before_the_greeting(self):
        self.comes_back("cut@connect", "closed the connection")

    def test_reset_before_the_greeting(self):
        self.comes_back("reset@connect", "connection lost")

    def test_in_the_greeting(self):
        self.comes_back("cut@greeting", "closed the connection")

    def test_after_the_request(self):
        self.comes_back("cut@request", "closed the connection")

    def test_in_the_grant(self):
        self.comes_back("cut@grant", "closed the connection")

    def test_while_up(self):
        self.comes_back("cut@up=1", "closed the connection")

    def test_instead_of_a_ping_reply(self):
        self.comes_back("reset@ping", "connection lost")

    def test_without_l_it_ends(self):
        self.fails_once("cut@request", "closed the connection")

    def test_without_l_it_ends_when_up_too(self):
        self.fails_once("cut@up=1", "closed the connection")

    def test_server_says_that_it_ends_the_session(self):
        server = self.serve()
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        at = c.mark()
        server.control("say -ERR connection timed out, disconnecting")
        c.wait_log("state=waiting.*timed out", start=at)
        c.wait_state("up", start=at)
        self.assertStops(c, before)


class TestStall(Faulty):
    """The time-outs of the protocol: half a minute each."""

    @slow
    def test_before_the_greeting(self):
        self.fails_once("stall@connect", "no greeting", 30 + PATIENCE)

    @slow
    def test_in_the_greeting(self):
        self.fails_once("stall@greeting", "no greeting", 30 + PATIENCE)

    @slow
    def test_after_the_request(self):
        self.fails_once("stall@request", "no reply to the tunnel request",
                        30 + PATIENCE)

    @slow
    def test_in_the_grant(self):
        self.fails_once("stall@grant", "no reply to the tunnel request",
                        30 + PATIENCE)

    def test_in_keep_alive(self):
        self.comes_back("stall@ping", "does not answer")

    def test_bytes_that_trickle_do_no_harm(self):
        self.serve(behave=["trickle=5"])
        before = self.net.client.snapshot()
        c = self.up("-t", "host")
        self.assertPings()
        self.assertStops(c, before)


class TestFlood(Faulty):

    def test_nul_in_the_greeting(self):
        self.comes_back("nul@greeting", "control byte")

    def test_nul_while_up(self):
        self.comes_back("nul@up", "control byte")

    def test_line_of_a_megabyte_before_the_greeting(self):
        self.comes_back("long@connect", "too long")

    def test_line_of_a_megabyte_for_a_grant(self):
        self.comes_back("long@request", "too long")

    def test_line_of_a_megabyte_while_up(self):
        self.comes_back("long@up", "too long")

    def test_ten_thousand_lines_before_the_greeting(self):
        self.comes_back("lines@connect", "nobody asked for")

    def test_ten_thousand_lines_while_up(self):
        self.serve(behave=["lines@up", "ok"])
        c = self.client("-t", "host", "-l").start()
        c.wait_log("state=waiting.*nobody asked for")
        c.wait_state("up", start=c.at)
        # A flood of lines is no flood of log lines.
        self.assertLess(c.mark(), 40)
        self.assertEqual(c.stop(), 0)


class TestLies(Faulty):
    """Grants that nobody should follow: refused whole."""

    def lie(self, behave, pattern, type_="host"):
        self.fails_once(behave, pattern, type_=type_)

    def test_far_end_multicast(self):
        self.lie("server4=224.0.0.1", r"224\.0\.0\.1")

    def test_far_end_loopback(self):
        self.lie("server4=127.0.0.1", r"127\.0\.0\.1")

    def test_far_end_ourselves(self):
        self.lie(f"server4={CLIENT4}", CLIENT4)

    def test_far_end_another_address_of_ours(self):
        self.net.client.ip("addr add 192.0.2.77/32 dev lo")
        self.lie("server4=192.0.2.77", r"192\.0\.2\.77")

    def test_far_end_malformed(self):
        self.lie("server4=192.0.2.300", r"192\.0\.2\.300|address")

    def test_inner_multicast(self):
        self.lie("client6=ff02::1", "ff02::1")

    def test_inner_loopback(self):
        self.lie("client6=::1", "::1")

    def test_inner_link_local(self):
        self.lie("server6=fe80::1", "fe80::1")

    def test_inner_twice_the_same(self):
        self.lie(f"server6={CLIENT6}", CLIENT6)

    def test_inner_malformed(self):
        self.lie("client6=2001:db8::10000", "2001:db8::10000|address")

    def test_prefix_of_length_0(self):
        self.lie("prefix=2001:db8::/0", "/0", "network")

    def test_prefix_of_length_129(self):
        self.lie("prefix=2001:db8::/129", "129|prefix", "network")

    def test_prefix_multicast(self):
        self.lie("prefix=ff00::/16", "ff00::/16", "network")

    def test_prefix_with_host_bits(self):
        self.lie("prefix=2001:db8::1/48", "2001:db8::1/48", "network")

    def test_no_grant_at_all(self):
        self.lie("reply=+OK", "without two addresses")

    def test_a_lie_after_a_good_grant_leaves_nothing_of_either(self):
        server = self.serve(behave=["ok", "server4=224.0.0.1", "ok"])
        before = self.net.client.snapshot()
        c = self.up("-t", "host", "-l")
        at = c.mark()
        server.control("cut")
        c.wait_log(r"state=waiting.*224\.0\.0\.1", start=at)
        c.wait_state("up", 10 + PATIENCE, start=c.at)
        self.assertPings()
        self.assertStops(c, before)


class TestRefusals(Faulty):

    def test_authentication_failed(self):
        self.fails_once("auth-fail", "authentication failed")

    def test_unsupported_type(self):
        self.fails_once("unsupported", "unsupported tunnel type")

    def test_sold_out(self):
        self.fails_once("sold-out", "sold out")

    def test_internal_error(self):
        self.fails_once("internal", "out of luck")

    def test_timed_out(self):
        self.fails_once("timed-out", "timed out")

    def test_greeting_is_an_error(self):
        self.fails_once("greeting=-ERR go away", "go away")

    def test_greeting_is_something_else(self):
        self.fails_once("greeting=220 mail.example ESMTP",
                        "not a DTCP reply: .220 mail")

    def test_escape_sequences_do_not_reach_the_log(self):
        self.fails_once("reply=-ERR \u00e9\u009b31m", r"\\")

    def test_nobody_listens(self):
        before = self.net.client.snapshot()
        c = self.client("-t", "host").start()
        self.assertEqual(c.wait_exit(), 1)
        self.assertRegex(c.lines("reason=")[0],
                         f"{SERVER4} port 20200: Connection refused")
        self.assertUnchanged(before)

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


if __name__ == "__main__":
    unittest.main()
