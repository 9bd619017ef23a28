#!/usr/bin/env python3
"""Traffic for a namespace of the tests; Traffic runs it there.

    echo ADDRESS            give back what comes in by TCP
    send ADDRESS OCTETS     send that many to an echo, twice at once, and
                            compare what comes back
    pour ADDRESS            the same without an end
    flood ADDRESS SIZE      UDP datagrams without an end, faster than anybody
                            takes them
    hold ADDRESS PORT       keep a UDP port
    datagram ADDRESS PORT ADDRESS PORT HEX
                            one UDP datagram from there to there
    protocol41 ADDRESS HEX  one packet of protocol 41
    return ADDRESS          give back each UDP datagram
    sizes ADDRESS FIRST LAST
                            send one of each size there, and compare what
                            comes back
    classes DEVICE SIZE COUNT
                            the traffic class, or TOS, of so many packets of
                            that size that come out of a device
    worsen DEVICE SEED PID  a tun device that gives back what it is given,
                            with losses, duplicates and in another order;
                            all of a burst at once to that process

Each says "ready" once it is, and ends with its standard input.
"""

import concurrent.futures
import fcntl
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import threading

PORT = 7
CHUNK = 1 << 16
SOL_UDP = 17
UDP_SEGMENT = 103
AT_ONCE = 50        # datagrams that the kernel makes of one
ETH_P_ALL = 3
TUNSETIFF = 0x400454CA
TUN_NO_PI = 0x1001
LOST, EARLY, TWICE = 0.02, 0.05, 0.02   # of the packets
BURST = 64
GAP = 0.001         # seconds of silence that end one


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def ready():
    print("ready", flush=True)


def give_back(connection):
    with connection:
        while True:
            data = connection.recv(CHUNK)
            if not data:
                return
            connection.sendall(data)


def echo(address):
    s = socket.create_server((address, PORT), family=family(address))
    ready()
    while True:
        connection, _ = s.accept()
        threading.Thread(target=give_back, args=(connection,),
                         daemon=True).start()


def exchange(address, octets, seed):
    """Send octets (None: without an end); what comes back is the same."""
    s = socket.create_connection((address, PORT), 60)
    out, back = random.Random(seed), random.Random(seed)

    def write():
        left = octets
        while left is None or left > 0:
            n = CHUNK if left is None else min(left, CHUNK)
            s.sendall(out.randbytes(CHUNK)[:n])
            left = None if left is None else left - n
        s.shutdown(socket.SHUT_WR)

    threading.Thread(target=write, daemon=True).start()
    got, done = b"", 0
    while True:
        data = s.recv(CHUNK)
        done += len(data)
        got += data
        while len(got) >= CHUNK or got and not data:
            if back.randbytes(CHUNK)[:len(got)] != got[:CHUNK]:
                raise ValueError("what came back is not what was sent")
            got = got[CHUNK:]
        if not data:
            break
    if done != octets:
        raise ValueError(f"{done} octets of {octets} came back")


def send(address, octets):
    # An end of a thread's own would end nothing else.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        ready()
        for result in [pool.submit(exchange, address, int(octets), seed)
                       for seed in (1, 2)]:
            result.result()
    print("done", flush=True)
    os._exit(0)


def pour(address):
    ready()
    exchange(address, None, 3)


def flood(address, size):
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    s.setsockopt(SOL_UDP, UDP_SEGMENT, int(size))
    s.connect((address, 9))
    ready()
    data = bytes(AT_ONCE * int(size))
    while True:
        try:
            s.send(data)
        except OSError:
            pass    # no room, or word of an earlier one


def hold(address, port):
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    s.bind((address, int(port)))
    ready()
    threading.Event().wait()


def datagram(source, sport, target, tport, data):
    s = socket.socket(family(source), socket.SOCK_DGRAM)
    s.bind((source, int(sport)))
    s.sendto(bytes.fromhex(data), (target, int(tport)))
    ready()


def protocol41(target, data):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_IPV6)
    s.sendto(bytes.fromhex(data), (target, 0))
    ready()


def return_(address):
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    s.bind((address, PORT))
    ready()
    while True:
        data, source = s.recvfrom(CHUNK)
        s.sendto(data, source)


def sizes(address, first, last):
    s = socket.socket(family(address), socket.SOCK_DGRAM)
    s.settimeout(10)
    s.connect((address, PORT))
    ready()
    for size in range(int(first), int(last) + 1):
        data = random.Random(size).randbytes(size)
        s.send(data)
        if s.recv(CHUNK) != data:
            raise ValueError(f"{size} octets came back as others")
    print("done", flush=True)


def tos_and_size(packet):
    """Of an IPv4 or IPv6 packet."""
    first, length, = struct.unpack_from("!HH", packet)
    if first >> 12 == 4:
        return first & 0xff, length
    return first >> 4 & 0xff, struct.unpack_from("!H", packet, 4)[0] + 40


def classes(device, size, count):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                      socket.htons(ETH_P_ALL))
    s.bind((device, ETH_P_ALL))
    ready()
    seen = []
    while len(seen) < int(count):
        tos, length = tos_and_size(s.recv(CHUNK).ljust(40, b"\0"))
        if length == int(size):
            seen.append(f"{tos:02x}")
    print("done", *seen, flush=True)


def burst(tun):
    """The packets that come together, and whether there will be more."""
    packets = []
    while len(packets) < BURST:
        came, _, _ = select.select([tun, 0], [], [], GAP if packets else None)
        if 0 in came:
            return packets, False
        if not came:
            break
        packets.append(os.read(tun, CHUNK))
    return packets, True


def spoil(packets, chance, count):
    out = []
    for packet in packets:
        count["all"] += 1
        if chance.random() < LOST:
            count["lost"] += 1
            continue
        at = len(out)
        if chance.random() < EARLY:
            count["early"] += 1
            at = max(0, at - chance.randrange(1, 4))
        out.insert(at, packet)
        if chance.random() < TWICE:
            count["twice"] += 1
            out.append(packet)
    return out


def worsen(device, seed, pid):
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF,
                struct.pack("16sH22x", device.encode(), TUN_NO_PI))
    chance = random.Random(int(seed))
    count = {"all": 0, "lost": 0, "early": 0, "twice": 0}
    ready()
    more = True
    while more:
        packets, more = burst(tun)
        os.kill(int(pid), signal.SIGSTOP)
        for packet in spoil(packets, chance, count):
            os.write(tun, packet)
        os.kill(int(pid), signal.SIGCONT)
    print("done", *(f"{k}={v}" for k, v in count.items()), flush=True)


class Traffic:
    """One of these in a namespace."""

    def __init__(self, case, host, *words):
        self.words = words
        self.child = subprocess.Popen(
            [*host.enter, "python3", os.path.abspath(__file__),
             *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        case.addCleanup(self.stop)
        if self.child.stdout.readline() != b"ready\n":
            raise AssertionError(f"{words}: {self.child.communicate()}")

    def finish(self, timeout=60):
        """Wait for its end, which has to be a good one; what it says."""
        try:
            out, err = self.child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"{self.words}: not done in {timeout} s") from None
        if self.child.returncode or b"done" not in out:
            raise AssertionError(f"{self.words}: {out} {err}")
        return out.decode().split()[1:]

    def stop(self):
        self.child.kill()
        self.child.wait()
        for stream in (self.child.stdin, self.child.stdout,
                       self.child.stderr):
            stream.close()


def main():
    def end_with_input():
        sys.stdin.buffer.read()
        os._exit(0)

    actions = {f.__name__.rstrip("_"): f for f in
               (echo, send, pour, flood, hold, datagram, protocol41, return_,
                sizes, classes, worsen)}
    if sys.argv[1] in ("echo", "pour", "flood", "hold", "return"):
        threading.Thread(target=end_with_input, daemon=True).start()
    actions[sys.argv[1]](*sys.argv[2:])


if __name__ == "__main__":
    main()
