"""A NAT between the two hosts of lib.py.

    client              nat                              server
    .------------.      .-----------------------.        .-----------------.
    | wan -------+------+- lan             wan -+--------+- wan            |
    | 192.0.2.2  |      | 192.0.2.1 203.0.113.2 |        | 203.0.113.1     |
    '------------'      '-----------------------'        | lo 198.51.100.1 |
                                                         '-----------------'

The server knows no way to 192.0.2.0/24.
"""

import unittest

from lib import CLIENT4, ROUTER4, SERVER4, Namespace, Net, eventually

NAT4 = "203.0.113.2"
BEYOND4 = "203.0.113.1"

# ctnetlink: delete everything (NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE),
# with an answer.  The tool for it, conntrack(8), need not be installed.
FORGET = """
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.send(struct.pack("=IHHII4x", 20, 1 << 8 | 2, 5, 1, 0))
error, = struct.unpack_from("=i", s.recv(4096), 16)
raise SystemExit(error != 0)
"""


class NatNet(Net):
    """The picture above."""

    nat = None

    def _connect(self):
        self.nat = Namespace(self.client.name[:-1] + "n")
        quiet = "link set wan addrgenmode none"
        self.client.ip(
            "link set lo up",
            "link add wan type veth peer name lan netns " + self.nat.name,
            quiet, "link set wan up", f"addr add {CLIENT4}/24 dev wan")
        self.nat.ip(
            "link set lo up",
            "link add wan type veth peer name wan netns " + self.server.name,
            "link set lan up", f"addr add {ROUTER4}/24 dev lan",
            quiet, "link set wan up", f"addr add {NAT4}/24 dev wan",
            f"route add default via {BEYOND4}")
        self.server.ip(
            "link set lo up", quiet, "link set wan up",
            f"addr add {BEYOND4}/24 dev wan", f"addr add {SERVER4}/32 dev lo")
        self.client.ip(f"route add default via {ROUTER4}")
        self.sysctl("net/ipv4/ip_forward", 1)
        self.nat.run("nft", "add table ip nat; add chain ip nat out { type "
                     "nat hook postrouting priority 100; }; add chain ip nat "
                     "in { type nat hook prerouting priority -100; }")
        self.masquerade()
        for host in self.client, self.server:
            eventually(lambda: host.links()["wan"]["operstate"] == "UP", 10,
                       "the veth pair is up")

    def delete(self):
        super().delete()
        if self.nat:
            self.nat.delete()

    def sysctl(self, name, value):
        self.nat.run("sh", "-c", f"echo {value} >/proc/sys/{name}")

    def masquerade(self, udp_ports=""):
        """New mappings of UDP get one of these ports."""
        udp = f"masquerade to :{udp_ports}" if udp_ports else "masquerade"
        self.nat.run(
            "nft", f"flush chain ip nat out; add rule ip nat out oifname wan "
            f"meta l4proto udp {udp}; add rule ip nat out oifname wan "
            "masquerade")

    def forward(self, port, to):
        """A port of the NAT's, for good."""
        self.nat.run("nft", f"add rule ip nat in iifname wan udp dport {port}"
                     f" dnat to {CLIENT4}:{to}")

    def expire_after(self, seconds):
        """How long the NAT remembers a UDP flow."""
        for name in "udp_timeout", "udp_timeout_stream":
            try:
                self.sysctl(f"net/netfilter/nf_conntrack_{name}", seconds)
            except AssertionError as error:
                raise unittest.SkipTest(
                    f"no nf_conntrack_{name} here: {error}") from None

    def mappings(self):
        """The UDP flows that it remembers."""
        out = self.nat.run("cat", "/proc/net/nf_conntrack", check=False)
        return [line for line in out.splitlines() if " udp " in line]

    def forget(self):
        """The NAT restarts."""
        self.nat.run("python3", "-c", FORGET)
