"""ICMPv6 of Neighbor Discovery, written and read by hand.

What the tests send and what they read from the wire does not come from the
program under test, so a mistake of its own does not cancel out.
"""

import dataclasses
import ipaddress
import struct

ECHO_REQUEST, SOLICITATION, ADVERTISEMENT = 128, 133, 134
ALL_NODES, ALL_ROUTERS = "ff02::1", "ff02::2"
SLLA, PREFIX, MTU, RDNSS, DNSSL = 1, 3, 5, 25, 31


@dataclasses.dataclass
class Prefix:
    """A prefix information option."""

    on_link: bool
    autonomous: bool
    valid: int
    preferred: int

    @property
    def lifetimes(self):
        return self.valid, self.preferred


@dataclasses.dataclass
class Solicitation:
    """A router solicitation."""

    time: float
    source: str
    hoplimit: int


@dataclasses.dataclass
class Advertisement:
    """A router advertisement; order: the types of its options."""

    time: float
    source: str
    destination: str
    hoplimit: int
    router_lifetime: int
    prefixes: dict = dataclasses.field(default_factory=dict)
    mtu: int = 0
    slla: str = ""
    rdnss: tuple = ()
    dnssl: tuple = ()
    dns_lifetimes: tuple = ()
    order: list = dataclasses.field(default_factory=list)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return ipaddress.IPv6Address(text).packed


def packet(source, destination, message, hoplimit=255):
    """A message, its checksum 0, in an IPv6 packet, with the right one."""
    src, dst = address(source), address(destination)
    pseudo = src + dst + struct.pack("!II", len(message), 58)
    check = checksum(pseudo + message + b"\0" * (len(message) % 2))
    return (struct.pack("!IHBB16s16s", 6 << 28, len(message), 58, hoplimit,
                        src, dst)
            + message[:2] + struct.pack("!H", check) + message[4:])


def solicitation(source, hoplimit=255, code=0, options=b""):
    message = struct.pack("!BBHI", SOLICITATION, code, 0, 0) + options
    return packet(source, ALL_ROUTERS, message, hoplimit)


def advertisement(source, prefix=None, lifetime=1800, valid=600,
                  preferred=300, mtu=0):
    """To all nodes, RFC 4861 4.2; the prefix is autoconfigurable."""
    message = struct.pack("!BBHBBHII", ADVERTISEMENT, 0, 0, 64, 0, lifetime,
                          0, 0)
    if prefix:
        net = ipaddress.IPv6Network(prefix)
        message += struct.pack("!BBBBIII16s", PREFIX, 4, net.prefixlen, 0xC0,
                               valid, preferred, 0,
                               net.network_address.packed)
    if mtu:
        message += struct.pack("!BBHI", MTU, 1, 0, mtu)
    return packet(source, ALL_NODES, message)


def timestamp(ancillary):
    """When the kernel got it: of recvmsg()'s SO_TIMESTAMPNS."""
    for _, _, data in ancillary:
        seconds, nanoseconds = struct.unpack("ll", data[:16])
        return seconds + nanoseconds / 1e9
    return 0.0


def names(data):
    """Domain names in the form of RFC 8106 5.2."""
    found, labels = [], []
    while data:
        size, data = data[0], data[1:]
        if size:
            labels.append(data[:size].decode("ascii", "replace"))
            data = data[size:]
        elif labels:
            found.append(".".join(labels))
            labels = []
    return tuple(found)


def read_option(ra, kind, body):
    """body: without type and length."""
    if kind == SLLA:
        ra.slla = body[:6].hex(":")
    elif kind == MTU:
        ra.mtu = struct.unpack("!I", body[2:6])[0]
    elif kind == PREFIX:
        size, flags, valid, preferred = struct.unpack("!BBII", body[:10])
        net = ipaddress.IPv6Network((body[14:30], size))
        ra.prefixes[str(net)] = Prefix(bool(flags & 0x80),
                                       bool(flags & 0x40), valid, preferred)
    elif kind in (RDNSS, DNSSL):
        ra.dns_lifetimes += struct.unpack("!I", body[2:6])
        rest = body[6:]
        if kind == RDNSS:
            ra.rdnss += tuple(str(ipaddress.IPv6Address(rest[i:i + 16]))
                              for i in range(0, len(rest), 16))
        else:
            ra.dnssl += names(rest)


def read(data, time=0.0):
    """Advertisement or Solicitation of an IPv6 packet; None: neither."""
    if len(data) < 48 or data[6] != 58:
        return None
    source = str(ipaddress.IPv6Address(data[8:24]))
    destination = str(ipaddress.IPv6Address(data[24:40]))
    message = data[40:]
    if message[0] == SOLICITATION:
        return Solicitation(time, source, data[7])
    if message[0] != ADVERTISEMENT or len(message) < 16:
        return None
    ra = Advertisement(time, source, destination, data[7],
                       struct.unpack("!H", message[6:8])[0])
    options = message[16:]
    while len(options) >= 2 and 0 < options[1] * 8 <= len(options):
        size = options[1] * 8
        ra.order.append(options[0])
        read_option(ra, options[0], options[2:size])
        options = options[size:]
    return ra
