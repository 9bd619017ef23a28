"""Router advertisements as others read them, how many, and when there are
none."""

import contextlib
import os
import struct
import time

from lan import (OTHER_SUBNET, PREFERRED, ROUTER_LIFETIME, SUBNET, VALID,
                 LanCase, linklocal, running)
from lib import PATIENCE, rss_kb
import icmp6

DNS = ("--rdnss", "2001:db8:cafe::53,2001:db8:cafe::54",
       "--dnssl", "example.net,lan.example.org")
RADVD = """interface lan0 {
    AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4;
    AdvDefaultLifetime 900;
    prefix 2001:db8:9::/64 {
        AdvValidLifetime 600; AdvPreferredLifetime 300;
    };
};
"""


class TestReaders(LanCase):
    """Programs of others, and what the kernel's do not show."""

    def setUp(self):
        super().setUp()
        self.serve()
        self.lan_up(*DNS)
        self.host.wait_slaac()

    def hardware(self):
        return self.net.client.links()["lan0"]["address"]

    def test_our_own_reader(self):
        ra = self.wait_ours()
        self.assertEqual(ra.hoplimit, 255)
        self.assertEqual(ra.destination, icmp6.ALL_NODES)
        self.assertEqual(ra.router_lifetime, ROUTER_LIFETIME)
        self.assertEqual(ra.prefixes, {
            SUBNET: icmp6.Prefix(True, True, VALID, PREFERRED)})
        self.assertEqual(ra.mtu, 1280)
        self.assertEqual(ra.slla, self.hardware())
        self.assertEqual(ra.rdnss, ("2001:db8:cafe::53",
                                    "2001:db8:cafe::54"))
        self.assertEqual(ra.dnssl, ("example.net", "lan.example.org"))
        self.assertEqual(ra.dns_lifetimes, (PREFERRED, PREFERRED))

    def test_rdisc6(self):
        start = time.monotonic()
        said = self.host.run("rdisc6", "-1", "-n", "-r", "1", "-w", "6000",
                             "eth0")
        # RFC 4861 6.2.6: 3 s since the last one, and up to half a second.
        self.assertLess(time.monotonic() - start, 3.5 + 0.5)
        for wanted in (rf"Router lifetime +: +{ROUTER_LIFETIME} ",
                       rf"Prefix +: {SUBNET}\n"
                       r" +On-link +: +Yes\n"
                       r" +Autonomous address conf\.: +Yes\n"
                       rf" +Valid time +: +{VALID} .*\n"
                       rf" +Pref\. time +: +{PREFERRED} ",
                       r"Recursive DNS server +: 2001:db8:cafe::53\n",
                       r"Recursive DNS server +: 2001:db8:cafe::54\n",
                       rf"DNS servers lifetime +: +{PREFERRED} ",
                       r"DNS search list +: example\.net lan\.example\.org",
                       r"MTU +: +1280 bytes \(valid\)",
                       rf"(?i)link-layer address: {self.hardware()}",
                       rf"from {self.router}"):
            self.assertRegex(said, wanted)

    def test_tcpdump(self):
        with running(self, self.host, "tcpdump", "-l", "-n", "-vvv", "-i",
                     "eth0", "-c", "1", "icmp6 and ip6[40] == 134") as lines:
            lines.wait(lambda x: "listening on" in x, 10)
            self.host.send(icmp6.solicitation(linklocal(self.host, "eth0")))
            lines.wait(lambda x: "packets captured" in x
                       or "packet captured" in x, 10)
        said = "\n".join(lines.items)
        for wanted in (rf"hlim 255.*{self.router} > ff02::1: "
                       r"\[icmp6 sum ok\]",
                       rf"router lifetime {ROUTER_LIFETIME}s",
                       rf"{SUBNET}, Flags \[onlink, auto\], "
                       rf"valid time {VALID}s, pref\. time {PREFERRED}s",
                       rf"rdnss option.* lifetime {PREFERRED}s, "
                       r"addr: 2001:db8:cafe::53 addr: 2001:db8:cafe::54",
                       rf"dnssl option.* lifetime {PREFERRED}s, "
                       r"domain\(s\): example\.net\. lan\.example\.org\.",
                       r"mtu option.* 1280",
                       rf"source link-address option.* {self.hardware()}"):
            self.assertRegex(said, wanted)
        self.assertNotRegex(said, "invalid|truncated|unknown option")


class TestRates(LanCase):

    def flood(self):
        """Solicitations, good ones and bad ones."""
        own = linklocal(self.host, "eth0")
        slla = b"\1\1\2\0\0\0\0\1"
        return [icmp6.solicitation(own, options=slla),
                icmp6.solicitation(own, hoplimit=64),
                icmp6.solicitation("2001:db8:bad::1"),
                icmp6.solicitation(own, code=1),
                icmp6.solicitation(own, options=b"\1\0\2\0\0\0\0\1"),
                icmp6.solicitation(own, options=b"\1\2\2\0\0\0\0\1"),
                icmp6.solicitation("::", options=slla),
                icmp6.packet(own, icmp6.ALL_ROUTERS,
                             struct.pack("!BBH", 133, 0, 0)),
                icmp6.solicitation(own, options=slla * 150),
                icmp6.solicitation(own)]

    def test_flood_of_solicitations(self):
        self.serve()
        client = self.lan_up()
        self.host.wait_slaac()
        engine = client.engine
        before = rss_kb(engine)
        at = self.recorder.mark()
        batch = self.flood() * 10
        for _ in range(100):
            self.host.send(batch)
            with self.recorder.changed:
                self.recorder.changed.wait(0.1)
        heard = [ra.time for ra in self.recorder.advertisements(at)]
        self.assertGreater(len(heard), 1, "nothing was answered")
        for one, next_one in zip(heard, heard[1:]):
            self.assertGreaterEqual(next_one - one, 2.99)
        self.assertLessEqual(rss_kb(engine) - before, 512)
        self.assertEqual(client.engine, engine)
        self.assertEqual(client.lines("engine"), [])

    def test_router_lifetime_ends_with_a_tunnel_that_stays_away(self):
        self.serve()
        client = self.lan_up()
        first = self.wait_ours()
        self.assertEqual(first.router_lifetime, ROUTER_LIFETIME)
        lost = time.time()
        self.server.stop()
        gone = self.recorder.wait(
            lambda ra: self.ours(ra) and ra.router_lifetime == 0, 50, 0,
            "router lifetime 0")
        self.assertGreater(gone.time - lost, 29)
        self.assertEqual(gone.prefixes[SUBNET].lifetimes, (VALID, PREFERRED))
        at = self.recorder.mark()
        self.serve()
        client.wait_state("up", 5 * PATIENCE, client.at)
        self.recorder.wait(
            lambda ra: self.ours(ra) and ra.router_lifetime
            == ROUTER_LIFETIME, 10, at, "a router again")
    test_router_lifetime_ends_with_a_tunnel_that_stays_away.slow = True


class TestOthers(LanCase):
    """Somebody else advertises on the LAN."""

    HERE = r'warning: ra=silent if=lan0 reason="another program on this ' \
        'host advertises"'

    @contextlib.contextmanager
    def radvd(self, client):
        conf = os.path.join(client.dir, "radvd.conf")
        with open(conf, "w") as f:
            f.write(RADVD)
        os.chmod(conf, 0o644)
        with running(self, self.net.client, "radvd", "-n", "-m", "stderr",
                     "-C", conf, "-p", conf + ".pid"):
            yield

    def theirs(self, ra):
        return "2001:db8:9::/64" in ra.prefixes

    def wait_theirs(self, count):
        """That many more of radvd's."""
        for _ in range(count):
            self.recorder.wait(self.theirs, 15, self.recorder.mark())

    def silent(self, start):
        """None of ours although somebody asks, for longer than answers
        take."""
        self.host.send(icmp6.solicitation(linklocal(self.host, "eth0")))
        self.wait_theirs(3)
        self.assertEqual([ra for ra in self.recorder.advertisements(start)
                          if self.ours(ra)], [])

    def test_radvd_was_there_first(self):
        self.serve()
        client = self.lan()
        with self.radvd(client):
            self.wait_theirs(1)
            client.start().wait_log(self.HERE, 20)
            self.silent(0)
            self.assertIn("2001:db8:1:1:",
                          " ".join(self.net.client.addresses6("lan0")))
            self.assertEqual(len(client.lines("ra=")), 1, client.log.items)
            # What we did not announce, the next run need not withdraw.
            self.assertEqual(os.listdir(client.state), [])

    def test_radvd_comes_later(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        with self.radvd(client):
            client.wait_log(self.HERE, 20)
            self.silent(self.recorder.mark())
            self.assertEqual(len(client.lines("ra=silent")), 1)

    def test_another_router_for_our_prefix(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        at = self.recorder.mark()
        self.host.send(icmp6.advertisement("fe80::2222", SUBNET),
                       icmp6.ALL_NODES)
        client.wait_log(
            'warning: ra=silent if=lan0 from=fe80::2222 '
            'reason="another router advertises our prefix"', 10)
        end = self.recorder.wait(
            lambda ra: ra.source == self.router and ra.router_lifetime == 0,
            5, at, "the end of ours")
        # The prefix is the other one's: who has it, too, need not fall silent.
        self.assertEqual(end.prefixes, {})
        at = self.recorder.mark()
        self.host.run("rdisc6", "-1", "-n", "-r", "2", "-w", "4000", "eth0",
                      check=False)
        self.assertEqual(self.recorder.advertisements(at), [])
        self.assertEqual(len(client.lines("ra=silent")), 1)

    def test_another_router_for_another_prefix(self):
        self.serve()
        client = self.lan_up()
        self.wait_ours()
        self.host.send(icmp6.advertisement("fe80::2222", OTHER_SUBNET),
                       icmp6.ALL_NODES)
        at = self.recorder.mark()
        self.host.send(icmp6.solicitation(linklocal(self.host, "eth0")))
        self.wait_ours(timeout=5, start=at)
        self.assertEqual(client.lines("ra=silent"), [])
