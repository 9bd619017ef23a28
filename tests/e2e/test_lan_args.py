"""-P as it may not be: one line each, one exit status, and no trace."""

from lan import LanCase
from lib import Case

USAGE = 64


class TestItems(Case):
    """Refused before anything is looked at."""

    def refused(self, item, why, *more):
        client = self.client("-t", "network", "-P", item, *more).start()
        self.assertEqual(client.wait_exit(), USAGE, client.log.items)
        wrong = client.lines("-P")
        self.assertEqual(len(wrong), 1, client.log.items)
        self.assertRegex(wrong[0], why)

    def test_items(self):
        before = self.net.client.snapshot()
        for item, why in (
                ("lan0/1000000000000", "48 bits"),
                ("lan0/xyz", "SLA-id"),
                ("lan0/1/0:0:1", "host-id"),
                ("lan0/1/1:0:0:0:1", "host-id"),
                ("lan0/1/wan", "host-id"),
                ("lan0/1//63", "length"),
                ("lan0/1//129", "length"),
                ("lan0/1///", "lan0/1///"),
                ("/1", "interface"),
                ("a-name-that-is-too-long/1", "interface"),
                ("lan0/1,,lan1/2", "empty"),
                ("lan0/1,lan1/1", "subnet"),
                ("lan0/1,lan0/01", "subnet")):
            with self.subTest(item):
                self.refused(item, why)
        self.assertUnchanged(before)

    def test_each_item_that_is_wrong_has_a_line(self):
        client = self.client("-t", "network", "-P",
                             "lan0/x,lan1/1//63,lan0/1,lan1/1").start()
        self.assertEqual(client.wait_exit(), USAGE, client.log.items)
        for line, why in zip(client.log.items, (
                "-P lan0/x: the SLA-id", "-P lan1/1//63: the length",
                "-P lan1/1: same subnet as lan0/1"), strict=True):
            self.assertIn(why, line)

    def test_only_with_a_network(self):
        client = self.client("-t", "host", "-P", "lan0/1").start()
        self.assertEqual(client.wait_exit(), USAGE)
        self.assertEqual(len(client.lines("-P.*network|network.*-P")), 1,
                         client.log.items)

    def test_what_to_advertise(self):
        for option, value in (("--rdnss", "192.0.2.1"),
                              ("--rdnss", "ff02::1"),
                              ("--dnssl", "a..b"),
                              ("--dnssl", "x" * 64)):
            with self.subTest(value):
                client = self.client("-t", "network", "-P", "lan0/1", option,
                                     value).start()
                self.assertEqual(client.wait_exit(), USAGE, client.log.items)
                self.assertEqual(len(client.lines(option)), 1,
                                 client.log.items)


class TestAgainstThisHost(LanCase):

    def test_unknown_interface(self):
        self.serve()
        before = self.net.client.snapshot()
        client = self.lan(delegation="lan0/1,nosuch0/2,nosuch1/3").start()
        self.assertEqual(client.wait_exit(), 1)
        errors = client.errors()
        self.assertEqual(len(errors), 2, errors)
        for line, name in zip(errors, ("nosuch0", "nosuch1")):
            self.assertRegex(line, rf"error: .*\b{name}\b")
        self.assertUnchanged(before)
        self.assertEqual(self.server.events("connect"), [])

    def test_subnet_that_does_not_fit_the_grant(self):
        self.serve()
        before = self.net.client.snapshot()
        client = self.client("-t", "network", "-P", "lan0/10000").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertEqual(len(client.lines(
            "-P lan0/10000: SLA-id 10000 does not fit")), 1,
            client.log.items)
        self.assertUnchanged(before)

    def test_grant_without_a_prefix(self):
        self.serve(behave=["reply=+OK {client4} {server4}"])
        before = self.net.client.snapshot()
        client = self.client("-t", "network", "-P", "lan0/1").start()
        self.assertEqual(client.wait_exit(), 1)
        self.assertEqual(len(client.lines("prefix")), 1, client.log.items)
        self.assertUnchanged(before)
