"""etc/nftables.sample: the LAN gets out, nothing gets in."""

import os
import re
import socket
import struct
import unittest

from lan import WORLD6, LanCase, running
from lib import TOP, UML, Case, inside
import icmp6

SAMPLE = os.path.join(TOP, "etc", "nftables.sample")
TOO_BIG = 2


def load(namespace, directory):
    """The sample, for the LAN of these tests."""
    with open(SAMPLE) as f:
        text, changed = re.subn("(?m)^(define lan = ).*", r'\1{ "lan0" }',
                                f.read())
    assert changed == 1
    path = os.path.join(directory, "nftables")
    with open(path, "w") as f:
        f.write(text)
    namespace.run("nft", "-f", path)
    return path


class TestSample(Case):

    def test_as_it_is(self):
        self.net.client.run("nft", "-c", "-f", SAMPLE)


@unittest.skipIf(UML, "no nftables in this kernel")
class TestFirewall(LanCase):

    def setUp(self):
        super().setUp()
        # The host does not learn from the router that 1280 octets are all.
        self.host.run("sysctl", "-qw", "net.ipv6.conf.eth0.accept_ra_mtu=0")
        self.serve()
        self.running = self.start()
        self.address = self.host.wait_slaac()

    def start(self):
        """A second tunnel of this kernel: dtcp0 is somebody else's."""
        self.net.client.ip("tuntap add dtcp0 mode tun")
        running = self.lan_up()
        self.assertIn("dtcp1", self.net.client.links())
        return running

    def load(self):
        return load(self.net.client, self.running.dir)

    def comes_in(self):
        """Does a TCP connection from outside reach the host?"""
        with inside(self.host, self.listen) as listener:
            try:
                inside(self.net.server, socket.create_connection,
                       (self.address, 8022), 5).close()
            except OSError:
                return False
            listener.accept()[0].close()
            return True

    def listen(self):
        s = socket.create_server((self.address, 8022),
                                 family=socket.AF_INET6)
        s.settimeout(5)
        return s

    def test_out_and_not_in(self):
        self.assertTrue(self.comes_in(), "without a firewall")
        path = self.load()
        self.net.client.run("nft", "-f", path)      # twice is as good
        self.assertFalse(self.comes_in())
        near, far = self.connection()
        self.assertTalk(near, far)

    def test_client_itself(self):
        own = self.net.client.addresses6("lan0")[0].partition("/")[0]
        ssh = inside(self.net.client, lambda: socket.create_server(
            ("::", 8022), family=socket.AF_INET6))
        self.addCleanup(ssh.close)

        def reach(namespace):
            inside(namespace, socket.create_connection, (own, 8022),
                   5).close()

        reach(self.net.server)
        self.load()
        reach(self.host)
        with self.assertRaises(OSError):
            reach(self.net.server)
        self.assertTrue(self.net.client.ping(WORLD6, "-I", own))

    def test_echo_passes_both_ways(self):
        self.load()
        self.assertReaches()

    def test_too_big_passes(self):
        self.load()
        ears = inside(self.host, socket.socket, socket.AF_INET6,
                      socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.addCleanup(ears.close)
        ears.settimeout(10)
        mouth = inside(self.net.server, socket.socket, socket.AF_INET6,
                       socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.addCleanup(mouth.close)
        # About a packet of the host's that somebody on the way got.
        packet = icmp6.packet(self.address, WORLD6, bytes(8))
        mouth.sendto(struct.pack("!BBHI", TOO_BIG, 0, 0, 1280) + packet,
                     (self.address, 0))
        while True:
            message = ears.recv(2048)
            if message[0] == TOO_BIG:
                break
        self.assertEqual(message[8:], packet)

    def segments(self, namespace, dev, flags):
        """The maximum segment size in what is seen there of a connection."""
        with running(self, namespace, "tcpdump", "-l", "-n", "-i", dev, "-c",
                     "1", f"ip6 and ip6[6] == 6 and ip6[53] == {flags}"
                     ) as lines:
            lines.wait(lambda x: "listening on" in x, 10)
            self.assertTalk(*self.connection())
            seen = lines.wait(lambda x: "mss " in x, 10)[0]
        return int(re.search(r"mss (\d+)", seen).group(1))

    def test_segments_fit_the_tunnel(self):
        self.net.server.ip("link set dtcps0 mtu 1500")
        syn, syn_ack = 0x02, 0x12
        ends = ((self.net.server, "dtcps0", syn), (self.host, "eth0", syn_ack))
        for end in ends:
            self.assertEqual(self.segments(*end), 1440, "without clamping")
        self.load()
        for end in ends:
            self.assertEqual(self.segments(*end), 1220)
