/* The server's side of a connection: what is said, asked and ended. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/serve.h"

#define N(a)	  (sizeof(a) / sizeof((a)[0]))
#define CHALLENGE "0B1517C87D516A5FA65BED722D51A04F"
#define DIGEST	  "dac487c8DFBBF9EE5C7F8CDCC37B62A3"
#define FAILED	  "-ERR authentication failed."

static struct serve s;
static struct serve_effects fx;
static int64_t now;

/* The effects of the last call, in one line: "send failed logout close". */
static void
expect_effects_at(const char *want, const char *file, int line)
{
	static const char *const names[] = {
	    [SERVE_FX_SEND] = "send",
	    [SERVE_FX_LOGIN] = "login",
	    [SERVE_FX_FAILED] = "failed",
	    [SERVE_FX_LOGOUT] = "logout",
	    [SERVE_FX_CLOSE] = "close",
	};
	char got[64] = "";

	for (unsigned i = 0; i < fx.n; i++) {
		strlcat(got, i == 0 ? "" : " ", sizeof(got));
		strlcat(got, names[fx.kind[i]], sizeof(got));
	}
	if (strcmp(got, want) != 0) {
		print_error(
		    "%s:%d: \"%s\", not \"%s\"\n", file, line, got, want);
		fail();
	}
}

#define expect_effects(want) expect_effects_at(want, __FILE__, __LINE__)

/* A line of ours, and nothing but that line. */
static void
expect_said(const char *want)
{
	char line[SERVE_TEXT_MAX];

	assert_true(fx.n > 0 && fx.kind[0] == SERVE_FX_SEND);
	snprintf(line, sizeof(line), "%s\r\n", want);
	assert_string_equal(fx.text, line);
}

static void
expect_state(enum serve_state state, bool tunnel)
{
	assert_int_equal(s.state, state);
	assert_int_equal(s.tunnel, tunnel);
	assert_int_equal(
	    serve_wants_line(&s), state == SERVE_GREETED || state == SERVE_UP);
}

static void
say(const char *line)
{
	assert_true(serve_wants_line(&s));
	serve_line(&s, line, strlen(line), now, &fx);
}

static void
begin(void)
{
	static const uint8_t random[16] = {0x0b, 0x15, 0x17, 0xc8, 0x7d, 0x51,
	    0x6a, 0x5f, 0xa6, 0x5b, 0xed, 0x72, 0x2d, 0x51, 0xa0, 0x4f};

	now = 1000;
	memset(&s, 0xee, sizeof(s));
	serve_begin(&s, random, (struct in_addr) {htonl(0xc0000202)},
	    (struct in_addr) {htonl(0xc6336401)}, now, &fx);
}

static void
grant(void)
{
	struct grant g = {
	    .type = TUNNEL_ONLY, .client4 = s.client4, .server4 = s.local4};

	serve_granted(&s, &g, now, &fx);
}

static void
ask(void)
{
	say("tunnel foo " DIGEST " tunnelonly");
	expect_effects("login");
	expect_state(SERVE_ASKING, s.tunnel);
}

static void
up(void)
{
	begin();
	ask();
	grant();
	expect_state(SERVE_UP, true);
}

/* A fresh connection in each state. */
enum stage { AT_GREETED, AT_ASKING, AT_UP, AT_ASKING_AGAIN, STAGES };

static void
reach(enum stage stage)
{
	if (stage >= AT_UP)
		up();
	else
		begin();
	if (stage == AT_ASKING || stage == AT_ASKING_AGAIN)
		ask();
}

static void
test_greeting(void **state)
{
	(void)state;
	begin();
	expect_effects("send");
	expect_said("+OK " CHALLENGE " KAME tunnel server");
	expect_state(SERVE_GREETED, false);
	assert_int_equal(s.deadline, now + SERVE_IDLE_LOGIN);
}

static void
test_commands(void **state)
{
	static const struct {
		const char *line, *reply;
	} t[] = {
	    {"ping", "+OK hi, happy to hear from you"},
	    {"PING", "+OK hi, happy to hear from you"},
	    {"help", "+OK valid commands are: TUNNEL PING QUIT"},
	    {"nonsense", "-ERR invalid command"},
	    {"", "-ERR invalid command"},
	};

	(void)state;
	for (int again = 0; again < 2; again++)
		for (size_t i = 0; i < N(t); i++) {
			reach(again ? AT_UP : AT_GREETED);
			now += 500;
			say(t[i].line);
			expect_effects("send");
			expect_said(t[i].reply);
			expect_state(again ? SERVE_UP : SERVE_GREETED, again);
			assert_int_equal(s.deadline,
			    now +
				(again ? SERVE_IDLE_TUNNEL : SERVE_IDLE_LOGIN));
		}
	begin();
	say("quit");
	expect_effects("send close");
	expect_said("+OK see you soon.");
	expect_state(SERVE_CLOSED, false);
	up();
	say("QUIT");
	expect_effects("send logout close");
	expect_said("+OK see you soon.");
	expect_state(SERVE_CLOSED, false);
}

static void
test_login(void **state)
{
	static const struct {
		const char *rest;
		uint8_t type;
		bool udp;
		uint16_t port;
	} t[] = {
	    {"tunnelonly", TUNNEL_ONLY, false, 0},
	    {"host", TUNNEL_HOST, false, 0},
	    {"network", TUNNEL_NETWORK, false, 0},
	    {"tunnelroute", TUNNEL_NETWORK, false, 0},
	    {"Host", LOGIN_TYPE_NONE, false, 0},
	    {"networks", LOGIN_TYPE_NONE, false, 0},
	    {"tunnelonly-and-a-long-tail", LOGIN_TYPE_NONE, false, 0},
	    {"host proto=udp", TUNNEL_HOST, true, 0},
	    {"host proto=udp port=4028", TUNNEL_HOST, true, 4028},
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		begin();
		memset(&fx.login, 0xee, sizeof(fx.login));
		snprintf(line, sizeof(line), "tunnel f@h:x " DIGEST " %s",
		    t[i].rest);
		say(line);
		expect_effects("login");
		expect_state(SERVE_ASKING, false);
		assert_string_equal(fx.login.user, "f@h:x");
		assert_string_equal(fx.login.challenge, CHALLENGE);
		assert_string_equal(fx.login.digest, DIGEST);
		assert_int_equal(fx.login.type, t[i].type);
		assert_int_equal(fx.login.udp, t[i].udp);
		assert_int_equal(fx.login.port, t[i].port);
		assert_int_equal(fx.login.client4.s_addr, s.client4.s_addr);
		assert_int_equal(fx.login.local4.s_addr, s.local4.s_addr);
	}
}

/* What cannot be a login is refused without asking, in the same words. */
static void
test_no_login(void **state)
{
#define LONG64 \
	"0123456789012345678901234567890123456789012345678901234567890123"
	static const char *const t[] = {
	    "tunnel",
	    "tunnel foo " DIGEST,
	    "tunnel foo " DIGEST " host more",
	    "tunnel foo " DIGEST " host ",
	    "tunnel  " DIGEST " host",
	    "tunnel f\303\266\303\266 " DIGEST " host",
	    "tunnel " LONG64 "4 " DIGEST " host",
	    "tunnel foo x host",
	    "tunnel foo " DIGEST "0 host",
	    "tunnel foo DAC487C8DFBBF9EE5C7F8CDCC37B62A host",
	    "tunnel foo DAC487C8DFBBF9EE5C7F8CDCC37B62Ag host",
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		begin();
		say(t[i]);
		expect_effects("send failed");
		expect_said(FAILED);
		expect_state(SERVE_GREETED, false);
	}
	begin();
	say("tunnel " LONG64 " " DIGEST " host");
	expect_effects("login");
	assert_string_equal(fx.login.user, LONG64);
}

static void
test_grant(void **state)
{
	(void)state;
	begin();
	ask();
	now += 2000;
	grant();
	expect_effects("send");
	expect_said("+OK 192.0.2.2 198.51.100.1");
	expect_state(SERVE_UP, true);
	assert_int_equal(s.deadline, now + SERVE_IDLE_TUNNEL);
	/* Again, which nobody asked for. */
	grant();
	expect_effects("");
}

static void
test_refused(void **state)
{
	static const struct {
		int code;
		const char *effects, *reply;
	} t[] = {
	    {EACCES, "send failed", FAILED},
	    {EOPNOTSUPP, "send", "-ERR unsupported tunnel type tunnelonly"},
	    {EPROTONOSUPPORT, "send",
		"-ERR unsupported tunnel type tunnelonly over UDP"},
	    {ENOBUFS, "send", "-ERR tunnel interface sold out"},
	    {EADDRINUSE, "send",
		"-ERR internal error: your address has a tunnel of another "
		"user's"},
	    {ENOMEM, "send", "-ERR internal error: cannot set up the tunnel"},
	    {0, "send", "-ERR internal error: cannot set up the tunnel"},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++)
		for (int kept = 0; kept < 2; kept++)
			for (int again = 0; again < 2; again++) {
				bool tunnel = kept && again;

				reach(again ? AT_ASKING_AGAIN : AT_ASKING);
				now += 100;
				serve_refused(&s, t[i].code, kept, now, &fx);
				expect_effects(t[i].effects);
				expect_said(t[i].reply);
				expect_state(
				    tunnel ? SERVE_UP : SERVE_GREETED, tunnel);
				assert_int_equal(s.deadline,
				    now +
					(tunnel ? SERVE_IDLE_TUNNEL :
						  SERVE_IDLE_LOGIN));
			}
	up();
	serve_refused(&s, EACCES, true, now, &fx);
	expect_effects("");
}

/* The type in the reply is the one asked for, made harmless. */
static void
test_type_shown(void **state)
{
	static const struct {
		const char *type, *shown;
	} t[] = {
	    {"Host", "Host"},
	    {"%s%n", "%s%n"},
	    {"h\303\266st", "h??st"},
	    {"tunnelonly-and-a-long-tail", "tunnelonly-and-a"},
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		begin();
		snprintf(
		    line, sizeof(line), "tunnel foo " DIGEST " %s", t[i].type);
		say(line);
		serve_refused(&s, EOPNOTSUPP, false, now, &fx);
		snprintf(line, sizeof(line), "-ERR unsupported tunnel type %s",
		    t[i].shown);
		expect_said(line);
	}
}

static void
test_too_many_failures(void **state)
{
	(void)state;
	for (int again = 0; again < 2; again++) {
		reach(again ? AT_UP : AT_GREETED);
		say("tunnel");
		expect_effects("send failed");
		ask();
		/* What else is wrong is no guess. */
		serve_refused(&s, ENOBUFS, true, now, &fx);
		ask();
		serve_refused(&s, EACCES, true, now, &fx);
		expect_effects("send failed");
		ask();
		serve_refused(&s, EACCES, true, now, &fx);
		expect_effects(
		    again ? "send failed logout close" : "send failed close");
		expect_said(FAILED);
		expect_state(SERVE_CLOSED, false);
	}
}

static void
test_second_tunnel(void **state)
{
	(void)state;
	up();
	ask();
	expect_state(SERVE_ASKING, true);
	grant();
	expect_effects("send");
	expect_state(SERVE_UP, true);
	say("quit");
	expect_effects("send logout close");
}

static void
test_taken_away(void **state)
{
	static const struct {
		void (*event)(struct serve *, struct serve_effects *);
		const char *reply;
	} t[] = {
	    {serve_replaced, "-ERR replaced by a new login"},
	    {serve_lost, "-ERR the tunnel was removed, disconnecting"},
	};

	(void)state;
	for (size_t i = 0; i < N(t); i++) {
		up();
		t[i].event(&s, &fx);
		expect_effects("send close");
		expect_said(t[i].reply);
		expect_state(SERVE_CLOSED, false);
		/* The other one that it asked for may be there already. */
		reach(AT_ASKING_AGAIN);
		t[i].event(&s, &fx);
		expect_effects("send logout close");
		expect_said(t[i].reply);
		for (enum stage at = AT_GREETED; at <= AT_ASKING; at++) {
			reach(at);
			t[i].event(&s, &fx);
			expect_effects("");
		}
	}
}

static void
test_idle(void **state)
{
	static const char *const ends[] = {
	    [AT_GREETED] = "send close", [AT_UP] = "send logout close"};

	(void)state;
	/* As docs/protocol.md says, and KAME's clients know. */
	assert_int_equal(SERVE_IDLE_LOGIN, 60000);
	assert_int_equal(SERVE_IDLE_TUNNEL, 300000);
	for (enum stage at = AT_GREETED; at <= AT_UP; at += AT_UP) {
		reach(at);
		now = s.deadline - 1;
		serve_idle(&s, now, &fx); /* too early */
		expect_effects("");
		assert_int_equal(s.deadline, now + 1);
		now++;
		serve_idle(&s, now, &fx);
		expect_effects(ends[at]);
		expect_said("-ERR connection timed out, disconnecting");
		expect_state(SERVE_CLOSED, false);
	}
	/* It is we who are slow. */
	for (enum stage at = AT_ASKING; at < STAGES; at += 2) {
		reach(at);
		now = s.deadline;
		serve_idle(&s, now, &fx);
		expect_effects("");
		assert_true(s.deadline > now);
		expect_state(SERVE_ASKING, at == AT_ASKING_AGAIN);
	}
}

static void
test_ends(void **state)
{
	static const char *const tail[] = {[AT_GREETED] = "close",
	    [AT_ASKING] = "logout close",
	    [AT_UP] = "logout close",
	    [AT_ASKING_AGAIN] = "logout close"};
	char want[64];

	(void)state;
	for (enum stage at = AT_GREETED; at < STAGES; at++) {
		reach(at);
		serve_closed(&s, &fx);
		expect_effects(tail[at]);
		expect_state(SERVE_CLOSED, false);

		reach(at);
		serve_garbage(&s, &fx);
		snprintf(want, sizeof(want), "send %s", tail[at]);
		expect_effects(want);
		expect_said("-ERR line too long, or with a control byte in it");
		expect_state(SERVE_CLOSED, false);

		reach(at);
		serve_end(&s, &fx);
		expect_effects("send close");
		expect_said("-ERR server is shutting down");
		expect_state(SERVE_CLOSED, false);
	}
}

static void
test_nothing_after_the_end(void **state)
{
	(void)state;
	up();
	serve_closed(&s, &fx);
	serve_closed(&s, &fx);
	expect_effects("");
	serve_line(&s, "ping", 4, now, &fx);
	expect_effects("");
	grant();
	expect_effects("");
	serve_refused(&s, EACCES, false, now, &fx);
	expect_effects("");
	serve_replaced(&s, &fx);
	expect_effects("");
	serve_lost(&s, &fx);
	expect_effects("");
	serve_garbage(&s, &fx);
	expect_effects("");
	serve_idle(&s, s.deadline, &fx);
	expect_effects("");
	serve_end(&s, &fx);
	expect_effects("");
	expect_state(SERVE_CLOSED, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_greeting),
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_login),
	    cmocka_unit_test(test_no_login),
	    cmocka_unit_test(test_grant),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_type_shown),
	    cmocka_unit_test(test_too_many_failures),
	    cmocka_unit_test(test_second_tunnel),
	    cmocka_unit_test(test_taken_away),
	    cmocka_unit_test(test_idle),
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_nothing_after_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
