/*
 * Many clients of dtcps at once, for the benchmark.  The user at the k-th
 * source address is "load<k>", the password "secret".  Commands come as lines,
 * and each is answered by one line when it is done:
 *
 *	login SECONDS		all that have no tunnel ask for one, at once
 *	drop			all connections are closed, without a word
 *	echo SESSIONS		an echo request through each of so many
 *	hold SECONDS		a "ping" a minute, a keep-alive each 20 s
 *	flood SESSIONS SECONDS	echo requests through so many in turns, WINDOW
 *				of them on their way
 */
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dtcp/addr.h"
#include "dtcp/digest.h"
#include "dtcp/num.h"
#include "server_load.h"

#define SESSIONS_MAX   16000
#define SECONDS_MAX    600
#define COMMAND_MAX    128
#define EVENTS	       256
#define FILES_BESIDE   64
#define ECHO_TRIES     3
#define ECHO_WAIT      2000000 /* us, for the answers to a try */
#define PONG_WAIT      5000000 /* us, for the last answers to pings */
#define TICK	       20000   /* us */
#define PING_EVERY     60000000
#define KEEP_EVERY     20000000
#define WINDOW	       64
#define FLOOD_PATIENCE 200000 /* us without any answer: all were lost */

static const char usage[] =
    "usage: server_load udp|network|raw server4 port first4 addresses "
    "sessions\n"
    "       network: that type, with a pair, over UDP; else type host\n"
    "       raw: protocol 41; like network, an address for each session\n";

int64_t
now_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

_Noreturn void
die(const char *what)
{
	(void)fprintf(stderr, "server_load: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static uint32_t
number(const char *s, uint32_t max)
{
	uint32_t n;

	if (s == NULL || num_parse(s, strlen(s), 1, max, &n) != 0) {
		(void)fputs(usage, stderr);
		exit(EXIT_FAILURE);
	}
	return n;
}

/* What happens until then, or at least once; the answers to echo requests. */
static unsigned
work(struct load *l, int64_t until)
{
	const int64_t left = until - now_us();
	struct epoll_event events[EVENTS];
	struct session *s;
	unsigned answers = 0;
	int i, n;

	n = epoll_wait(
	    l->epoll, events, EVENTS, left <= 0 ? 0 : (int)(left / 1000) + 1);
	for (i = 0; i < n; i++) {
		s = &l->sessions[events[i].data.u64 / 2];
		if (events[i].data.u64 % 2 == 1)
			answers += packets_read(l, s);
		else if (s->tcp != -1)
			session_read(l, s);
	}
	return answers;
}

/* Not on the way any more, of what is there already. */
static void
drain(struct load *l)
{
	while (work(l, now_us() + TICK) > 0)
		continue;
}

static void
do_login(struct load *l, uint32_t seconds)
{
	const int64_t start = now_us();
	const int64_t end = start + (int64_t)seconds * 1000000;
	unsigned i;

	for (i = 0; i < l->n; i++)
		if (l->sessions[i].stage == FREE)
			session_open(l, &l->sessions[i]);
	while (l->pending > 0 && now_us() < end)
		(void)work(l, end);
	printf("login up=%u pending=%u refused=%u lost=%u seconds=%.3f\n",
	    l->up, l->pending, l->refused, l->lost,
	    (double)(now_us() - start) / 1e6);
}

static void
do_drop(struct load *l)
{
	unsigned i;

	for (i = 0; i < l->n; i++)
		session_drop(l, &l->sessions[i]);
	printf("drop\n");
}

/* The i-th of so many that are spread over all. */
static struct session *
spread(struct load *l, unsigned i, unsigned count)
{
	return &l->sessions[(uint64_t)i * l->n / count];
}

static void
do_echo(struct load *l, uint32_t count)
{
	unsigned i, answered = 0, tries = 0;
	struct session *s;
	int64_t end;

	for (i = 0; i < count; i++)
		packets_make_echo(spread(l, i, count));
	while (answered < count && tries++ < ECHO_TRIES) {
		for (i = 0; i < count; i++) {
			s = spread(l, i, count);
			if (s->stage == UP && !s->answered)
				packets_send_echo(l, s);
		}
		end = now_us() + ECHO_WAIT;
		while (answered < count && now_us() < end)
			answered += work(l, end);
	}
	printf("echo answered=%u of=%u tries=%u\n", answered, count, tries);
}

/* Sessions whose turn it is by then, of all of them in that time. */
static unsigned
due(const struct load *l, int64_t elapsed, int64_t every)
{
	return (unsigned)(elapsed * (int64_t)l->n / every);
}

static void
do_hold(struct load *l, uint32_t seconds)
{
	const int64_t start = now_us();
	const int64_t end = start + (int64_t)seconds * 1000000;
	unsigned pings = 0, keeps = 0;
	struct session *s;
	int64_t now;

	for (now = start; now < end; now = now_us()) {
		for (; pings < due(l, now - start, PING_EVERY); pings++) {
			s = &l->sessions[pings % l->n];
			if (s->stage == UP)
				session_ping(l, s);
		}
		for (; l->over_udp && keeps < due(l, now - start, KEEP_EVERY);
		     keeps++) {
			s = &l->sessions[keeps % l->n];
			if (s->stage == UP)
				packets_keepalive(l, s);
		}
		(void)work(l, now + TICK);
	}
	while (l->pongs < pings && now_us() < end + PONG_WAIT)
		(void)work(l, end + PONG_WAIT);
	printf("hold up=%u lost=%u pings=%u pongs=%u\n", l->up, l->lost, pings,
	    l->pongs);
}

static void
do_flood(struct load *l, uint32_t count, uint32_t seconds)
{
	const int64_t start = now_us();
	const int64_t end = start + (int64_t)seconds * 1000000;
	unsigned i, next = 0, flying = 0, got;
	uint64_t answers = 0, missing = 0;
	int64_t heard = start, now;

	for (i = 0; i < count; i++)
		packets_make_echo(spread(l, i, count));
	for (now = start; now < end; now = now_us()) {
		for (; flying < WINDOW; flying++, next = (next + 1) % count)
			packets_send_echo(l, spread(l, next, count));
		got = work(l, now + FLOOD_PATIENCE);
		answers += got;
		flying -= got < flying ? got : flying;
		if (got > 0) {
			heard = now;
		} else if (now - heard > FLOOD_PATIENCE) {
			missing += flying;
			flying = 0;
		}
	}
	printf("flood answers=%" PRIu64 " missing=%" PRIu64 " seconds=%.3f\n",
	    answers, missing, (double)(now - start) / 1e6);
	drain(l);
}

/* False: there is no such command. */
static bool
obey(struct load *l, char *line)
{
	const char *name = strtok(line, " \n"), *arg = strtok(NULL, " \n");

	l->refused = l->lost = l->pongs = 0;
	if (name == NULL)
		return false;
	if (strcmp(name, "login") == 0)
		do_login(l, number(arg, SECONDS_MAX));
	else if (strcmp(name, "drop") == 0)
		do_drop(l);
	else if (strcmp(name, "echo") == 0)
		do_echo(l, number(arg, l->n));
	else if (strcmp(name, "hold") == 0)
		do_hold(l, number(arg, SECONDS_MAX));
	else if (strcmp(name, "flood") == 0)
		do_flood(l, number(arg, l->n),
		    number(strtok(NULL, " \n"), SECONDS_MAX));
	else
		return false;
	(void)fflush(stdout);
	return true;
}

static void
make_sessions(struct load *l, struct in_addr first4, unsigned addresses)
{
	struct session *s;
	unsigned i;

	l->sessions = calloc(l->n, sizeof(l->sessions[0]));
	if (l->sessions == NULL)
		die("memory for the sessions");
	for (i = 0; i < l->n; i++) {
		s = &l->sessions[i];
		s->number = i;
		s->tcp = s->udp = -1;
		s->own4.s_addr = htonl(ntohl(first4.s_addr) + i % addresses);
		(void)snprintf(
		    s->user, sizeof(s->user), "load%u", i % addresses);
	}
}

/* Two of each session. */
static void
raise_files(unsigned sessions)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		die("getrlimit");
	if (r.rlim_cur >= 2 * sessions + FILES_BESIDE)
		return;
	r.rlim_cur = 2 * sessions + FILES_BESIDE;
	if (r.rlim_max < r.rlim_cur)
		r.rlim_max = r.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &r) == -1)
		die("setrlimit: so many descriptors");
}

int
main(int argc, char *argv[])
{
	struct load l = {.server = {.sin_family = AF_INET}, .raw = -1};
	char line[COMMAND_MAX];
	struct in_addr first4;
	struct err e = {0};
	unsigned addresses;

	if (argc != 7 ||
	    addr4_parse(argv[2], strlen(argv[2]), &l.server.sin_addr) != 0 ||
	    addr4_parse(argv[4], strlen(argv[4]), &first4) != 0) {
		(void)fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	l.over_udp = strcmp(argv[1], "raw") != 0;
	l.type = strcmp(argv[1], "network") == 0 ? TUNNEL_NETWORK : TUNNEL_HOST;
	l.server.sin_port = htons((uint16_t)number(argv[3], UINT16_MAX));
	l.n = number(argv[6], SESSIONS_MAX);
	addresses = number(argv[5], l.n);
	if (digest_init(&e) != 0)
		die(e.text);
	make_sessions(&l, first4, addresses);
	raise_files(l.n);
	if ((l.epoll = epoll_create1(EPOLL_CLOEXEC)) == -1)
		die("epoll_create1");
	if (!l.over_udp)
		packets_open(&l);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (!obey(&l, line)) {
			(void)fprintf(stderr, "server_load: what is that?\n");
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}
