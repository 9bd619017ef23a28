"""How one connection to the test server differs from a good one.

A behaviour is written as words separated by blanks, for example

    trickle=20 client4=203.0.113.9
    cut@up=2
    reply=-ERR tunnel interface sold out

ACTION@POINT[=ARG]  do ACTION when the connection gets to POINT
    actions   stall        say nothing more, keep the connection open
              cut          close (FIN)
              reset        close (RST)
              nul          send a line with a NUL byte
              long         send one line of ARG bytes (1,000,000)
              lines        send ARG lines (10,000)
    points    connect      before anything was sent
              greeting     in the middle of the greeting line
              request      after the tunnel request, before the reply
              grant        in the middle of the reply line
              up           ARG seconds after the reply (0; actions that take
                           an argument of their own come at once)
              ping         instead of the answer to a ping
trickle=MS          one byte every MS milliseconds
client4=, server4=, client6=, server6=, prefix=, proto=, port=, key=
                    what the grant says instead of the truth; {client4} and
                    {server4} stand for the true ones
no-udp              a request for a UDP tunnel has a field too many, as for
                    the servers of before
ignore-udp          such a request is granted without UDP
auth-fail, unsupported, sold-out, internal, timed-out
                    the error replies of real servers
greeting=, reply=, pong=
                    that line, up to the end of the text, verbatim
ok                  nothing
N*BEHAVIOUR         N connections in a row
"""

ACTIONS = ("stall", "cut", "reset", "nul", "long", "lines")
POINTS = ("connect", "greeting", "request", "grant", "up", "ping")
FIELDS = ("client4", "server4", "client6", "server6", "prefix", "proto",
          "port", "key")
FLAGS = ("no-udp", "ignore-udp")
TEXTS = ("greeting", "reply", "pong")
ERRORS = {
    "auth-fail": "-ERR authentication failed.",
    "unsupported": "-ERR unsupported tunnel type {type}",
    "sold-out": "-ERR tunnel interface sold out",
    "internal": "-ERR internal error: out of luck",
    "timed-out": "-ERR connection timed out, disconnecting",
}


class Behaviour:
    """One connection's deviations; an empty one has none."""

    def __init__(self, text="ok"):
        self.text = text
        self.actions = {}
        self.fields = {}
        self.texts = {}
        self.flags = set()
        self.trickle = 0.0
        rest = text.strip()
        while rest:
            word, _, tail = rest.partition(" ")
            name, _, value = word.partition("=")
            if name in TEXTS:
                self.texts[name] = rest[len(name) + 1:]
                break
            self._word(word, name, value)
            rest = tail.strip()

    def _word(self, word, name, value):
        action, at, point = name.partition("@")
        if at and action in ACTIONS and point in POINTS:
            self.actions[point] = (action, value)
        elif name in FIELDS and value:
            self.fields[name] = value
        elif word in FLAGS:
            self.flags.add(word)
        elif name == "trickle":
            self.trickle = float(value) / 1000
        elif word in ERRORS:
            self.texts["reply"] = ERRORS[word]
        elif word != "ok":
            raise ValueError(f"unknown behaviour '{word}'")


class Behaviours:
    """A list of which each connection takes one; the last one stays."""

    def __init__(self, specs=()):
        self.set(specs)

    def set(self, specs):
        waiting = []
        for spec in specs:
            count, star, text = spec.partition("*")
            if star and count.isdigit():
                waiting += [Behaviour(text)] * int(count)
            else:
                waiting.append(Behaviour(spec))
        self.waiting = waiting or [Behaviour()]

    def take(self):
        if len(self.waiting) > 1:
            return self.waiting.pop(0)
        return self.waiting[0]
