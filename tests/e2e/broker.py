"""dtcps for the tests, and clients of it that are spoken by hand.

    client's namespace                        server's namespace
    .-------------------------.               .--------------------------.
    | dtcpc                   |               | dtcps -D                 |
    | wan  192.0.2.2/24 ------+---------------+-- wan   192.0.2.1/24     |
    '-------------------------'               |   lo    198.51.100.1/32  |
    .-------------------------.               |   dtcp0 ...::5, ::9, ... |
    | another dtcpc           |               |                          |
    | wan  203.0.113.2/24 ----+---------------+-- wan2  203.0.113.1/24   |
    '-------------------------'               '--------------------------'

The other client is there where a test asks for it (TwoNet).  All of 10/8 is
the client's, too, for tests that need many addresses.
"""

import contextlib
import hashlib
import os
import re
import select
import signal
import socket
import struct

import icmp6
from lib import (CLIENT4, CLIENT6, DELEGATED, DTCPS, ENCAP, PREFIX6, QUICK,
                 SERVER4, SERVER6, Case, Client, Namespace, Net, Program,
                 descriptors, eventually, inside, rss_kb)

PORT = 20200
UDP_PORT = 4028
OTHER4, BEYOND4 = "203.0.113.2", "203.0.113.1"
# The inner pairs of the first units.
PAIRS = [(PREFIX6 + f"{n:x}", PREFIX6 + f"{n + 1:x}")
         for n in range(5, 45, 4)]
OTHER6 = PAIRS[1][1]
OTHER_DELEGATED = "2001:db8:2::/48"
USERS = "foo:bar\njane:secret\ncolon:a:b c\n"
ROUTES = f"foo {DELEGATED}\njane {OTHER_DELEGATED}\n"

HOP_BY_HOP, ICMPV6, ECHO_REPLY = 0, 58, 129
TCP_REPAIR = 19


class TwoNet(Net):
    """The picture above."""

    other = None

    def _connect(self):
        super()._connect()
        self.other = Namespace(self.client.name[:-1] + "o")
        quiet = "link set {} addrgenmode none"
        self.other.ip(
            "link set lo up",
            "link add wan type veth peer name wan2 netns " + self.server.name,
            quiet.format("wan"), "link set wan up",
            f"addr add {OTHER4}/24 dev wan",
            f"route add default via {BEYOND4}")
        self.server.ip(quiet.format("wan2"), "link set wan2 up",
                       f"addr add {BEYOND4}/24 dev wan2")
        eventually(lambda: self.server.links()["wan2"]["operstate"] == "UP",
                   10, "the veth pair is up")

    def delete(self):
        super().delete()
        if self.other:
            self.other.delete()


class Broker(Program):
    """dtcps in the foreground, with files of its own."""

    name = "dtcps"

    def __init__(self, case, *options, users=USERS, routes=ROUTES,
                 prefix=(PREFIX6,), wrap=(), host=None):
        self.folder(case, users=users, routes=routes)
        self.argv = [DTCPS, "-D", "-f", self.pidfile, "--users", self.users,
                     "--routes", self.routes, *options, *prefix]
        self.prefix = [*(host or case.net.server).enter, *wrap]

    def wait_listening(self, timeout=10, start=0):
        self.wait_log("listening on", timeout, start)
        return self

    def wait_gone(self, **fields):
        """A session ended; the reason it gave."""
        said = "".join(rf"(?=.*\b{k}={re.escape(v)}(?: |$))"
                       for k, v in fields.items())
        return self.wait_log(rf"logout{said}.*\breason=(\S+)").group(1)

    def sessions(self):
        """How many there are: the status file may be of a second ago."""
        start = self.mark()
        # Not to what it may be run by.
        os.kill(int(self.status()[1]["pid"]), signal.SIGUSR1)
        return int(self.wait_log(r"\bsessions=(\d+) tunnelonly=", 10, start
                                 ).group(1))

    def wait_sessions(self, number, timeout=10):
        eventually(lambda: self.sessions() == number, timeout,
                   f"{number} sessions")

    def reload(self):
        """SIGHUP; what came of it."""
        start = self.mark()
        self.send(signal.SIGHUP)
        return self.wait_log("accounts", 10, start).string

    def rewrite(self, path, text):
        """As an editor does: a new file in the old one's place."""
        with open(path + ".new", "w") as f:
            f.write(text)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    def cost(self):
        """(kB, descriptors) of both processes."""
        return [(rss_kb(p), descriptors(p)) for p in (self.pid, self.engine)]


def digest(challenge, user, password):
    return hashlib.md5((user + challenge + password).encode()
                       ).hexdigest().upper()


class Talk:
    """A connection to the server, line by line."""

    def __init__(self, case, host, server=SERVER4, source="", port=PORT):
        self.socket = inside(host, socket.create_connection, (server, port),
                             30, (source, 0))
        case.addCleanup(self.socket.close)
        self.stream = self.socket.makefile("rb")
        case.addCleanup(self.stream.close)
        self.challenge = None

    def line(self):
        """The next one, without CRLF; "" at the end of the connection."""
        try:
            got = self.stream.readline().decode()
        except ConnectionResetError:
            return ""
        if got and not got.endswith("\r\n"):
            raise AssertionError(f"not a whole line: {got!r}")
        return got[:-2]

    def silent(self, seconds=0):
        """Nothing came in that time, not even an end."""
        return not select.select([self.socket], [], [], seconds)[0]

    def greet(self):
        self.greeting = self.line()
        self.challenge = self.greeting.split()[1]
        return self

    def say(self, text, end="\r\n"):
        self.socket.sendall(text.encode() + end.encode())

    def ask(self, text, end="\r\n"):
        self.say(text, end)
        return self.line()

    def request(self, kind, user="foo", password="bar", keys=""):
        """The line that asks for a tunnel."""
        if self.challenge is None:
            self.greet()
        return " ".join(["tunnel", user,
                         digest(self.challenge, user, password), kind,
                         *keys.split()])

    def tunnel(self, *what, **more):
        """Ask for one; the reply."""
        return self.ask(self.request(*what, **more))

    def vanish(self):
        """Without a word to the far end: nobody is there any more."""
        self.socket.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
        self.stream.close()
        self.socket.close()

    def close(self):
        self.stream.close()
        self.socket.close()


def echo_request(source, target, number):
    return icmp6.packet(source, target,
                        struct.pack("!BBHHH", icmp6.ECHO_REQUEST, 0, 0, 1,
                                    number), 64)


class UdpClient:
    """A session over UDP: its connection, its socket and its addresses."""

    count = 0

    def __init__(self, case, host, kind="host", *, source=CLIENT4,
                 announce=True, **login):
        self.case = case
        self.host = host
        self.source = source
        self.socket = self.bound()
        keys = "proto=udp"
        if announce:
            keys += f" port={self.socket.getsockname()[1]}"
        self.talk = Talk(case, host, source=source)
        self.reply = self.talk.tunnel(kind, keys=keys, **login)
        case.assertRegex(self.reply, r"^\+OK .* proto=udp port=\d+ "
                         "key=[0-9a-f]{32}$")
        self.port = int(re.search(r"port=(\d+)", self.reply).group(1))
        self.key = bytes.fromhex(self.reply[-32:])
        self.far = (SERVER4, self.port)
        fields = self.reply.split()
        if kind == "host":
            self.own6, self.server6 = (str(icmp6.ipaddress.IPv6Address(x))
                                       for x in fields[3:5])
            if announce:
                eventually(self.answered, 10, "an answer")

    def answered(self, **what):
        """Is there an answer at once?  A new address of the server's is its
        own a moment after the kernel has said so."""
        number = self.ask(**what)
        while select.select([self.socket], [], [], 0.05)[0]:
            if self.receive()[46:48] == number.to_bytes(2, "big"):
                return True
        return False

    def bound(self):
        """A socket of another port."""
        def make():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((self.source, 0))
            return s
        s = inside(self.host, make)
        s.settimeout(10)
        self.case.addCleanup(s.close)
        return s

    def send(self, packet, by=None):
        (by or self.socket).sendto(packet, self.far)

    def keepalive(self, key=None, by=None):
        key = self.key if key is None else key
        packet = (struct.pack("!IHBB", 6 << 28, len(key), 59, 64)
                  + icmp6.address("::") + icmp6.address("::") + key)
        self.send(packet, by)

    def receive(self, by=None):
        """The next packet that is not the kernel's own concern (MLD)."""
        while True:
            packet = (by or self.socket).recv(65536)
            if packet[6] != HOP_BY_HOP:
                return packet

    def ask(self, source=None, target=None, by=None):
        """Send an echo request; the number that the reply would have."""
        UdpClient.count += 1
        self.send(echo_request(source or self.own6, target or self.server6,
                               UdpClient.count), by)
        return UdpClient.count

    def assertAnswered(self, by=None, **what):
        """The far end answers, and nothing else came before."""
        number = self.ask(by=by, **what)
        got = self.receive(by)
        self.case.assertEqual((got[6], got[40]), (ICMPV6, ECHO_REPLY),
                              got.hex())
        self.case.assertEqual(got[46:48], number.to_bytes(2, "big"),
                              "another's packet")

    def assertNothing(self, by=None):
        """Nothing is waiting there."""
        while select.select([by or self.socket], [], [], 0)[0]:
            packet = (by or self.socket).recv(65536)
            self.case.assertEqual(packet[6], HOP_BY_HOP, packet.hex())


class BrokerCase(Case):
    """Two hosts, dtcps, and clients."""

    def broker(self, *options, encap=ENCAP, **more):
        """A server that is not running yet."""
        self.server = Broker(self, *encap, *options, **more)
        return self.server

    def serve(self, *options, **more):
        return self.broker(*options, **more).start().wait_listening()

    def talk(self, **more):
        return Talk(self, more.pop("host", self.net.client), **more)

    def udp(self, *what, **more):
        return UdpClient(self, more.pop("host", self.net.client), *what,
                         **more)

    def other(self, *options, user="jane", password="secret", **more):
        """A client on the other host, its tunnel up."""
        client = Client(self, self.net, *QUICK, *ENCAP, *options, user=user,
                        password=password, host=self.net.other,
                        **more).start()
        client.wait_state("up")
        return client

    def many(self):
        """All of 10/8 is on the client."""
        self.net.client.ip("route add local 10.0.0.0/8 dev lo")
        self.net.server.ip(f"route add 10.0.0.0/8 via {CLIENT4}")

    def devices(self):
        """Of the server, those that are not the picture's."""
        return sorted(n for n in self.net.server.links()
                      if n not in ("lo", "wan", "wan2", "sit0"))

    def arrived(self):
        """Packets that came out of the only tunnel device."""
        dev, = self.devices()
        link, = self.net.server.show(f"link show dev {dev}", "-s")
        return link["stats64"]["rx"]["packets"]

    def assertServed(self, keys="", **more):
        """Somebody new gets a tunnel."""
        talk = self.talk(**more)
        self.assertRegex(talk.tunnel("tunnelonly", user="jane",
                                     password="secret", keys=keys), r"^\+OK ")
        self.assertEqual(talk.ask("quit"), "+OK see you soon.")

    def assertStoppedAs(self, before, number=signal.SIGTERM):
        """The server ends well and nothing of it stays."""
        self.assertEqual(self.server.stop(number), 0)
        self.assertServerUnchanged(before)
        self.assertEqual(sorted(os.listdir(self.server.dir)),
                         ["dtcps.routes", "dtcps.users"])

    def assertServerUnchanged(self, before):
        self.assertSame(before, self.net.server.snapshot())

    def assertPings(self, there=SERVER6, back=CLIENT6):
        # As with UdpClient.answered().
        eventually(lambda: self.net.client.ping(there, "-W", "0.5"), 10,
                   f"a way to {there}")
        super().assertPings(there, back)

    @contextlib.contextmanager
    def undisturbed(self, client, there=SERVER6, back=CLIENT6):
        """A session of dtcpc's that goes on as if nothing happened."""
        self.assertPings(there, back)
        start = client.mark()
        yield
        super().assertPings(there, back)
        self.assertEqual(client.lines("state=", start), [])
