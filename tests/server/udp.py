"""The test server's end of a tunnel over UDP: one socket for each session."""

import asyncio
import errno
import ipaddress
import secrets
import socket

PORTS = 1000        # tried from the first one upwards
NO_NEXT_HEADER = 59
HEADER = 40


def is_ipv6(packet):
    """A whole IPv6 packet, and no jumbogram."""
    return (len(packet) >= HEADER and packet[0] >> 4 == 6
            and int.from_bytes(packet[4:6], "big") == len(packet) - HEADER
            and not (packet[4:7] == b"\0\0\0"))


def is_keepalive(packet):
    return is_ipv6(packet) and packet[6] == NO_NEXT_HEADER


class UdpEnd:
    """Where a client's datagrams come to, and from where it gets its own.

    The client is where it announced to be, or nowhere yet.  Only a keep-alive
    with the session's key tells another place: data from elsewhere is
    dropped, whoever sent it.
    """

    def __init__(self, server4, first_port, client, log):
        """client: (address, port), port None where none was announced."""
        self.key = secrets.token_bytes(16)
        self.peer = client if client[1] else None
        self.log = log
        self.dropped = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM
                                    | socket.SOCK_NONBLOCK)
        self.socket.setsockopt(socket.SOL_IP, 10, 0)  # IP_MTU_DISCOVER
        try:
            self.port = self._bind(server4, first_port)
        except OSError:
            self.socket.close()
            raise

    def _bind(self, server4, first_port):
        for port in range(first_port, first_port + PORTS):
            try:
                self.socket.bind((server4, port))
                return port
            except OSError as e:
                if e.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, "no UDP port is free")

    def start(self, lease, deliver):
        """Packets of the client go to deliver(lease, packet)."""
        self.lease = lease
        self.deliver = deliver
        self.loop = asyncio.get_running_loop()
        self.loop.add_reader(self.socket, self._readable)

    def close(self):
        if self.socket.fileno() != -1:
            asyncio.get_running_loop().remove_reader(self.socket)
            self.socket.close()

    def send(self, datagram):
        if not self.peer:
            self._drop("no-peer", None)
            return
        try:
            self.socket.sendto(datagram, self.peer)
        except OSError as e:
            # The way to a client that went is as good as a lost packet.
            if e.errno in (errno.EBADF, errno.EINVAL):
                raise

    def _readable(self):
        for _ in range(64):
            try:
                datagram, source = self.socket.recvfrom(65536)
            except OSError:
                return
            self._heard(datagram, source)

    def _heard(self, datagram, source):
        if is_keepalive(datagram):
            if datagram[HEADER:] != self.key:
                self._drop("wrong-key", source)
                return
            self.log("udp-keepalive", source=list(source))
            if source != self.peer:
                self.log("udp-peer", peer=list(source), before=self.peer)
                self.peer = source
        elif source != self.peer:
            self._drop("wrong-source", source)
        elif not is_ipv6(datagram):
            self._drop("malformed", source)
        elif not self.lease.carries(ipaddress.IPv6Address(datagram[8:24])):
            self._drop("inner-source", source)
        else:
            self.deliver(self.lease, datagram)

    def _drop(self, reason, source):
        self.dropped[reason] = self.dropped.get(reason, 0) + 1
        self.log("udp-drop", reason=reason, source=source,
                 count=self.dropped[reason])
