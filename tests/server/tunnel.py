"""The test server's end of the tunnels.

    UserTunnels  one tun device for all clients and a raw protocol-41 socket;
                 packets are carried between the two by this program.
    SitTunnels   a kernel sit device for each client; no UDP.
    NoTunnels    none; the protocol only.

All but the last have to run as root in a network namespace of the test's own.
"""

import errno
import fcntl
import ipaddress
import os
import socket
import struct
import subprocess

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
PROTO_6IN4 = 41


def ip_batch(*commands):
    """Run ip(8) commands, all in one process."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(commands),
                          text=True, capture_output=True)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}")


def parse(kind, text):
    """An address or network; None where the text is none (a test's lie)."""
    try:
        return kind(text)
    except (ValueError, TypeError):
        return None


class Lease:
    """What one session's tunnel carries."""

    def __init__(self, server4, client4, server6=None, client6=None,
                 prefixes=(), udp=None):
        self.server4 = server4
        self.client4 = client4
        self.udp = udp
        self.server6 = parse(ipaddress.IPv6Address, server6)
        self.client6 = parse(ipaddress.IPv6Address, client6)
        nets = [parse(ipaddress.IPv6Network, p) for p in prefixes]
        self.prefixes = [n for n in nets if n and n.prefixlen]

    def carries(self, inner):
        """Is it an address of the client's side?"""
        if inner.is_link_local:
            return True
        if not self.client6 and not self.prefixes:
            return True
        return inner == self.client6 or any(inner in p for p in self.prefixes)


class NoTunnels:
    """The protocol alone."""

    def start(self, loop, addresses, routes):
        pass

    def open(self, lease):
        if lease.udp:
            lease.udp.start(lease, self.deliver)

    def close(self, lease):
        if lease.udp:
            lease.udp.close()

    def deliver(self, lease, packet):
        """What a client sent, without the outer header."""

    def send(self, lease, packet):
        """Put a bare IPv6 packet into the tunnel."""

    def heard(self, lease, packet):
        """For whoever wants to look at what comes out of it."""


class RawSockets(NoTunnels):
    """Raw protocol-41 sockets, one for each of our IPv4 addresses."""

    def __init__(self):
        self.sockets = {}

    def socket(self, server4):
        if server4 not in self.sockets:
            s = socket.socket(socket.AF_INET,
                              socket.SOCK_RAW | socket.SOCK_NONBLOCK,
                              PROTO_6IN4)
            s.setsockopt(socket.SOL_IP, 10, 0)  # IP_MTU_DISCOVER: fragment
            s.bind((server4, 0))
            self.sockets[server4] = s
        return self.sockets[server4]

    def send(self, lease, packet):
        if lease.udp:
            lease.udp.send(packet)
            return
        try:
            self.socket(lease.server4).sendto(packet, (lease.client4, 0))
        except OSError as e:
            # The way to a client that went is as good as a lost packet.
            if e.errno in (errno.EBADF, errno.EINVAL):
                raise


class UserTunnels(RawSockets):
    """A tun device and raw sockets, relayed here."""

    def __init__(self, name="dtcps0", mtu=1280):
        super().__init__()
        self.name = name
        self.mtu = mtu
        self.leases = []
        self.routed = set()
        self.fd = -1

    def start(self, loop, addresses, routes):
        self.loop = loop
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        request = struct.pack("16sH22x", self.name.encode(),
                              IFF_TUN | IFF_NO_PI)
        fcntl.ioctl(self.fd, TUNSETIFF, request)
        ip_batch(f"link set {self.name} mtu {self.mtu} up",
                 *[f"addr add {a}/128 dev {self.name} nodad"
                   for a in addresses],
                 *[f"route add {r} dev {self.name}" for r in routes])
        self.routed = {ipaddress.IPv6Network(r) for r in routes}
        self.addresses = {ipaddress.IPv6Address(a) for a in addresses}
        loop.add_reader(self.fd, self.from_tun)

    def socket(self, server4):
        fresh = server4 not in self.sockets
        s = super().socket(server4)
        if fresh:
            self.loop.add_reader(s, self.from_outer, s)
        return s

    def open(self, lease):
        """Configure what was not foreseen at the start."""
        todo = []
        if lease.server6 and lease.server6 not in self.addresses:
            self.addresses.add(lease.server6)
            todo.append(f"addr add {lease.server6}/128 dev {self.name} nodad")
        targets = list(lease.prefixes)
        if lease.client6:
            targets.append(ipaddress.IPv6Network(lease.client6))
        for net in targets:
            if not any(net.subnet_of(r) for r in self.routed):
                self.routed.add(net)
                todo.append(f"route add {net} dev {self.name}")
        if todo:
            ip_batch(*todo)
        self.leases.append(lease)
        if lease.udp:
            super().open(lease)
        else:
            self.socket(lease.server4)

    def close(self, lease):
        super().close(lease)
        if lease in self.leases:
            self.leases.remove(lease)

    def deliver(self, lease, packet):
        self.heard(lease, packet)
        try:
            os.write(self.fd, packet)
        except OSError:
            pass    # not an IPv6 packet: the device refuses it

    def from_tun(self):
        for _ in range(64):
            try:
                packet = os.read(self.fd, 65536)
            except OSError:
                return
            if len(packet) < 40 or packet[0] >> 4 != 6:
                continue
            dst = ipaddress.IPv6Address(packet[24:40])
            if dst.is_multicast:
                continue
            for lease in reversed(self.leases):
                if lease.carries(dst):
                    self.send(lease, packet)
                    break

    def from_outer(self, s):
        for _ in range(64):
            try:
                packet, (source, _) = s.recvfrom(65536)
            except OSError:
                return
            inner = packet[(packet[0] & 15) * 4:]
            lease = next((x for x in reversed(self.leases)
                          if x.client4 == source and not x.udp), None)
            if lease:
                self.deliver(lease, inner)


class SitTunnels(RawSockets):
    """A kernel device for each client; the newest of one client counts."""

    def __init__(self, mtu=1280):
        super().__init__()
        self.mtu = mtu
        self.devices = {}
        self.count = 0

    def start(self, loop, addresses, routes):
        self.extra = list(routes)
        # There for every type, whether or not a grant names them.
        ip_batch(*[f"addr add {a}/128 dev lo nodad" for a in addresses])

    def open(self, lease):
        if lease.udp:
            raise ValueError("sit devices have no UDP")
        for old in [o for o in self.devices if o.client4 == lease.client4]:
            self.close(old)
        name = f"dtcps{self.count}"
        self.count += 1
        todo = [f"tunnel add {name} mode sit local {lease.server4} "
                f"remote {lease.client4} ttl 64",
                f"link set {name} mtu {self.mtu} up"]
        if lease.server6 and lease.client6:
            todo.append(f"addr add {lease.server6} peer {lease.client6} "
                        f"dev {name} nodad")
        todo += [f"route replace {r} dev {name}"
                 for r in lease.prefixes or self.extra]
        ip_batch(*todo)
        self.devices[lease] = name

    def close(self, lease):
        super().close(lease)
        name = self.devices.pop(lease, None)
        if name:
            ip_batch(f"tunnel del {name}")
