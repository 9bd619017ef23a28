#!/usr/bin/env python3
"""A DTCP server for tests: good by default, bad on demand.

Speaks the server's side of docs/protocol.md, relays packets through an end of
the tunnel of its own (tunnel.py) and misbehaves as told (behaviour.py).  It
writes one JSON object a line for each event, with the monotonic time, so that
tests wait for events and not for time to pass.

With --control, commands are read from standard input, and its end ends the
server:
    behave SPEC; SPEC; ...  what the next connections do
    ra                      send a router advertisement into every tunnel
    say TEXT                send a line on every connection
    datagram HEX            send that from our end of every UDP tunnel
    cut | reset             end every connection
"""

import argparse
import asyncio
import collections
import hashlib
import ipaddress
import json
import os
import secrets
import socket
import struct
import sys
import time

import icmp6
import tunnel
from behaviour import Behaviours
from udp import UdpEnd

BANNER = "KAME tunnel server"
UNITS = 8


def digest(user, challenge, password):
    text = user + challenge + password
    return hashlib.md5(text.encode("latin-1", "replace")).hexdigest().upper()


class Hangup(Exception):
    """The connection ends; the argument says why."""


class Connection:
    """One client."""

    def __init__(self, server, number, reader, writer):
        self.server = server
        self.number = number
        self.reader = reader
        self.writer = writer
        self.behaviour = server.behaviours.take()
        self.client4, self.port = writer.get_extra_info("peername")[:2]
        self.server4 = writer.get_extra_info("sockname")[0]
        self.challenge = secrets.token_hex(16).upper()
        self.why = None
        self.mute = False
        self.unit = None
        self.lease = None
        self.udp = None
        self.tasks = []

    def log(self, event, **fields):
        self.server.log(event, conn=self.number, **fields)

    # Sending

    async def write(self, data):
        if self.mute:
            return
        if self.behaviour.trickle:
            for i in range(len(data)):
                self.writer.write(data[i:i + 1])
                await self.writer.drain()
                await asyncio.sleep(self.behaviour.trickle)
        else:
            self.writer.write(data)
            await self.writer.drain()

    async def send(self, line, point=None):
        """A line; the behaviour of that point falls into its middle."""
        data = line.encode("latin-1", "replace") + b"\r\n"
        if point in self.behaviour.actions:
            half = len(data) // 2
            await self.write(data[:half])
            await self.at(point)
            data = data[half:]
        await self.write(data)

    async def at(self, point):
        """Do what the behaviour wants here.  True if it did something."""
        action, arg = self.behaviour.actions.get(point, (None, None))
        if not action:
            return False
        self.log("behave", action=action, point=point)
        await self.act(action, arg)
        return True

    async def act(self, action, arg):
        if action == "stall":
            while await self.reader.read(4096):
                pass
            raise Hangup("eof")
        if action == "cut":
            raise Hangup("cut")
        if action == "reset":
            self.reset_on_close()
            raise Hangup("reset")
        if action == "nul":
            await self.write(b"+OK nul \0 byte\r\n")
        elif action == "long":
            await self.write(b"+" * int(arg or 1000000) + b"\r\n")
        elif action == "lines":
            for i in range(int(arg or 10000)):
                await self.write(b"+OK line %d\r\n" % i)

    async def act_while_up(self, action, arg):
        if action in ("stall", "cut", "reset"):
            await asyncio.sleep(float(arg or 0))
        self.log("behave", action=action, point="up")
        if action == "stall":
            self.mute = True
            return
        try:
            await self.act(action, arg)
        except Hangup as hangup:
            self.end(str(hangup))

    def reset_on_close(self):
        s = self.writer.get_extra_info("socket")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))

    def end(self, why):
        """End from outside of the reading loop."""
        self.why = self.why or why
        if why == "reset":
            self.reset_on_close()
            self.writer.transport.abort()
        else:
            self.writer.close()

    # Receiving

    async def line(self):
        idle = self.server.idle[1 if self.lease else 0]
        try:
            raw = await asyncio.wait_for(self.reader.readline(),
                                         None if self.mute else idle)
        except asyncio.TimeoutError:
            await self.send("-ERR connection timed out, disconnecting")
            raise Hangup("timeout") from None
        except ValueError:
            raise Hangup("line too long") from None
        if not raw.endswith(b"\n"):
            raise Hangup("eof")
        return raw.rstrip(b"\r\n").decode("latin-1")

    async def run(self):
        self.log("connect", peer=self.client4, port=self.port,
                 behaviour=self.behaviour.text)
        try:
            await self.converse()
        except Hangup as hangup:
            self.why = self.why or str(hangup)
        except (ConnectionError, OSError) as e:
            self.why = self.why or f"error: {e}"
        except asyncio.CancelledError:
            self.why = "end"    # of the server; nobody waits for us
        finally:
            for task in self.tasks:
                task.cancel()
            self.release()
            self.log("close", why=self.why)
            self.writer.close()

    async def converse(self):
        await self.at("connect")
        text = f"+OK {self.challenge} {self.server.banner}"
        await self.send(self.behaviour.texts.get("greeting", text),
                        "greeting")
        self.log("greeting", challenge=self.challenge)
        while True:
            await self.command(await self.line())

    async def command(self, line):
        fields = line.split(" ")
        word = fields[0].lower()
        if word == "tunnel":
            await self.tunnel(fields)
        elif word == "ping":
            self.log("ping")
            if not await self.at("ping"):
                await self.send(self.behaviour.texts.get(
                    "pong", "+OK hi, happy to hear from you"))
        elif word == "help":
            await self.send("+OK valid commands are: TUNNEL PING QUIT")
        elif word == "quit":
            self.log("quit")
            await self.send("+OK see you soon.")
            raise Hangup("quit")
        else:
            self.log("invalid", line=line[:200])
            await self.send("-ERR invalid command")

    async def tunnel(self, fields):
        kind = fields[3] if len(fields) > 3 else None
        self.log("request", fields=len(fields),
                 user=fields[1] if len(fields) > 1 else None,
                 type=kind, keys=fields[4:])
        await self.at("request")
        reply = self.answer(fields)
        texts = self.behaviour.texts
        if "reply" in texts:
            reply = texts["reply"].format(
                client4=self.client4, server4=self.server4, type=kind)
        await self.send(reply, "grant")
        if not reply.startswith("+OK"):
            self.log("refused", reply=reply)
            if "timed out" in reply:
                raise Hangup("timeout")
            return
        self.log("grant", reply=reply, unit=self.unit)
        if "up" in self.behaviour.actions:
            self.tasks.append(asyncio.ensure_future(
                self.act_while_up(*self.behaviour.actions["up"])))

    # Granting

    def announced(self, fields):
        """The UDP port in the fields behind the type: 0 if it is to be found
        out, None if they ask for no UDP tunnel.  ValueError if they are not
        what we know."""
        if not fields:
            return None
        keys = dict(f.split("=", 1) for f in fields)
        port = keys.pop("port", "0")
        if "no-udp" in self.behaviour.flags or keys != {"proto": "udp"} or (
                not port.isdigit() or int(port) > 65535):
            raise ValueError
        return None if "ignore-udp" in self.behaviour.flags else int(port)

    def answer(self, fields):
        server = self.server
        try:
            _, user, given, kind = fields[:4]
            port = self.announced(fields[4:])
        except ValueError:
            return "-ERR authentication failed."
        password = server.users.get(user)
        if password is None or given.upper() != digest(
                user, self.challenge, password):
            self.log("auth", user=user, ok=False)
            return "-ERR authentication failed."
        self.log("auth", user=user, ok=True)
        prefixes = server.routes.get(user, [])
        routed = kind in ("network", "tunnelroute")
        if not (kind == "tunnelonly" or kind == "host" and server.prefix6 or
                routed and prefixes):
            return f"-ERR unsupported tunnel type {kind}"
        if self.lease:
            return "-ERR internal error: this connection has a tunnel"
        return self.grant(kind == "host" or routed and server.pair,
                          prefixes if routed else [], port)

    def grant(self, pair, prefixes, port):
        server = self.server
        unit = server.free_unit()
        if unit is None:
            return "-ERR tunnel interface sold out"
        true = {"client4": self.client4, "server4": self.server4}
        if pair:
            true["client6"], true["server6"] = server.inner(unit)
        if prefixes:
            true["prefix"] = " ".join(prefixes)
        try:
            if port is not None:
                self.udp = UdpEnd(self.server4, server.udp_port,
                                  (self.client4, port), self.log)
                true.update(proto="udp", port=str(self.udp.port),
                            key=self.udp.key.hex())
            said = dict(true)
            for name, value in self.behaviour.fields.items():
                said[name] = value.format(**true)
            order = ("client4", "server4", "client6", "server6", "prefix")
            reply = " ".join(["+OK"] + [said[k] for k in order if k in said]
                             + [f"{k}={said[k]}" for k in
                                ("proto", "port", "key") if k in said])
            self.take(unit, said)
        except (OSError, ValueError) as e:
            self.release()
            return f"-ERR internal error: {e}"
        return reply

    def take(self, unit, said):
        """Open our end, on the inner addresses that the client was told."""
        self.unit = unit
        self.server.units[unit] = self
        self.lease = tunnel.Lease(
            self.server4, self.client4, said.get("server6"),
            said.get("client6"),
            said.get("prefix", "").replace(",", " ").split(), self.udp)
        self.server.tunnels.open(self.lease)
        self.log("tunnel-up", unit=unit)

    def release(self):
        if self.unit is not None:
            self.server.units.pop(self.unit, None)
            self.server.tunnels.close(self.lease)
            self.log("tunnel-down", unit=self.unit)
            self.unit = self.lease = None
        if self.udp:
            self.udp.close()
            self.udp = None


class Server:
    """All connections and what they share."""

    def __init__(self, args):
        self.users = dict(u.split(":", 1) for u in args.user)
        self.routes = collections.defaultdict(list)
        for route in args.route:
            user, _, prefixes = route.partition("=")
            self.routes[user] += prefixes.split(",")
        self.prefix6 = args.prefix6
        self.pair = args.pair
        self.idle = [float(s) for s in args.idle.split(":")]
        self.banner = args.banner
        self.behaviours = Behaviours(args.behave)
        self.inner_routes = args.inner_route
        self.max_units = args.units
        self.udp_port = args.udp_port
        self.units = {}
        self.connections = {}
        self.total = 0
        self.out = open(args.log, "w") if args.log else sys.stdout
        self.tunnels = {
            "tun": lambda: tunnel.UserTunnels(args.tun_name, args.mtu),
            "sit": lambda: tunnel.SitTunnels(args.mtu),
            "none": tunnel.NoTunnels}[args.tunnel]()
        self.router = args.router
        self.tunnels.heard = self.heard

    def log(self, event, **fields):
        line = {"t": round(time.monotonic(), 6), "event": event, **fields}
        print(json.dumps(line), file=self.out, flush=True)

    def free_unit(self):
        free = [n for n in range(self.max_units) if n not in self.units]
        return free[0] if free else None

    def inner(self, unit):
        """Client's and server's address of a unit, as KAME numbers them."""
        base = (unit + 1) * 4
        return (f"{self.prefix6}{base + 2:04x}",
                f"{self.prefix6}{base + 1:04x}")

    def heard(self, lease, packet):
        """A client may ask for a router on its tunnel."""
        message = icmp6.read(packet)
        if not isinstance(message, icmp6.Solicitation):
            return
        self.log("solicitation", client=lease.client4, source=message.source,
                 hoplimit=message.hoplimit)
        if self.router:
            self.tunnels.send(lease, icmp6.advertisement(self.router))

    async def client(self, reader, writer):
        self.total += 1
        connection = Connection(self, self.total, reader, writer)
        self.connections[self.total] = connection
        try:
            await connection.run()
        finally:
            del self.connections[connection.number]

    async def start(self, listen):
        addresses, routes = [], list(self.inner_routes)
        if self.prefix6:
            addresses = [self.inner(n)[1] for n in range(self.max_units)]
            routes.append(self.prefix6 + "/64")
        for prefixes in self.routes.values():
            routes += prefixes
        self.tunnels.start(asyncio.get_running_loop(), addresses, routes)
        listeners = []
        for where in listen:
            host, _, port = where.partition(":")
            listener = await asyncio.start_server(
                self.client, host, int(port or 20200), backlog=64)
            listeners.append(listener)
            bound = listener.sockets[0].getsockname()
            self.log("listen", address=bound[0], port=bound[1])
        return listeners

    def control(self, line):
        """One command from standard input."""
        word, _, rest = line.strip().partition(" ")
        live = list(self.connections.values())
        if word == "behave":
            self.behaviours.set([s.strip() for s in rest.split(";")])
        elif word == "ra":
            for c in live:
                if c.lease:
                    self.tunnels.send(c.lease, icmp6.advertisement(
                        "fe80::bad", "2001:db8:bad::/64", mtu=1400))
        elif word == "say":
            for c in live:
                c.writer.write(rest.encode("latin-1") + b"\r\n")
        elif word == "datagram":
            for c in live:
                if c.udp:
                    c.udp.send(bytes.fromhex(rest))
        elif word in ("cut", "reset"):
            for c in live:
                c.end(word)
        else:
            raise ValueError(f"unknown command '{word}'")
        self.log("control", command=word)


async def read_commands(server):
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while True:
        line = await reader.readline()
        if not line:
            return
        server.control(line.decode())


async def main(args):
    server = Server(args)
    await server.start(args.listen)
    if args.control:
        await read_commands(server)
    else:
        await asyncio.Event().wait()


def options(argv=None):
    p = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    many = {"action": "append", "default": []}
    p.add_argument("--listen", action="append", metavar="ADDRESS[:PORT]",
                   help="may be repeated; port 20200, 0 for any")
    p.add_argument("--user", metavar="NAME:PASSWORD", **many)
    p.add_argument("--prefix6", metavar="PREFIX::", default="",
                   help="inner addresses for type host: a /64")
    p.add_argument("--route", metavar="USER=PREFIX[,PREFIX]", **many,
                   help="for type network")
    p.add_argument("--pair", action="store_true",
                   help="a peer pair for type network, too")
    p.add_argument("--inner-route", metavar="PREFIX", **many,
                   help="also into the tunnel: a tunnelonly client's address")
    p.add_argument("--behave", metavar="SPEC", **many,
                   help="one for each connection; the last one stays")
    p.add_argument("--idle", metavar="BEFORE:AFTER", default="60:300",
                   help="seconds without and with a tunnel")
    p.add_argument("--banner", default=BANNER)
    p.add_argument("--units", type=int, default=UNITS,
                   help="tunnels that can be had")
    p.add_argument("--udp-port", type=int, default=4028,
                   help="the first one tried for a UDP tunnel")
    p.add_argument("--tunnel", choices=("tun", "sit", "none"), default="tun")
    p.add_argument("--router", metavar="ADDRESS",
                   help="answer solicitations of routers as that one")
    p.add_argument("--tun-name", default="dtcps0")
    p.add_argument("--mtu", type=int, default=1280)
    p.add_argument("--log", metavar="FILE", help="default: standard output")
    p.add_argument("--control", action="store_true",
                   help="commands from standard input")
    args = p.parse_args(argv)
    args.listen = args.listen or ["0.0.0.0"]
    if args.prefix6:
        if not args.prefix6.endswith("::"):
            p.error(f"--prefix6 {args.prefix6}: has to end in '::'")
        ipaddress.IPv6Network(args.prefix6 + "/64")
    return args


if __name__ == "__main__":
    try:
        asyncio.run(main(options()))
    except KeyboardInterrupt:
        pass
    except OSError as e:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {e}")
