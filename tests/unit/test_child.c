/* Children of a root process: how they end, and how often they may begin. */
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "dtcp/child.h"

/* A process that is not ours, and answers once. */
struct other {
	pid_t pid;
	int ask, answer;
};

static void __attribute__((__noreturn__))
between(const int ask[2], const int answer[2])
{
	pid_t pid = fork();
	char byte;

	close(ask[1]);
	if (pid != 0)
		_exit(write(answer[1], &pid, sizeof(pid)) != sizeof(pid));
	_exit(read(ask[0], &byte, 1) != 1 || write(answer[1], &byte, 1) != 1);
}

static void
begin_other(struct other *o)
{
	int ask[2], answer[2];
	pid_t pid;

	assert_int_equal(pipe(ask), 0);
	assert_int_equal(pipe(answer), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		between(ask, answer);
	close(ask[0]);
	close(answer[1]);
	o->ask = ask[1];
	o->answer = answer[0];
	assert_int_equal(
	    read(o->answer, &o->pid, sizeof(o->pid)), sizeof(o->pid));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Ours ended, and was waited for: its number may be another's by now. */
static void
number_of_another(void **state)
{
	struct other o;
	struct child c = {.fd = -1};
	char byte = 0;

	(void)state;
	begin_other(&o);
	c.pid = o.pid;
	child_kill(&c);
	child_end(&c);
	assert_int_equal(c.pid, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(write(o.ask, &byte, 1), 1);
	assert_int_equal(read(o.answer, &byte, 1), 1);
	close(o.ask);
	close(o.answer);
}

static void
ends(void **state)
{
	struct child c;
	pid_t parent, pid;

	(void)state;
	pid = child_fork(&c, false, &parent);
	assert_true(pid >= 0);
	if (pid == 0)
		for (;;)
			(void)pause();
	child_end(&c);
	assert_int_equal(c.pid, 0);
	assert_int_equal(c.fd, -1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	child_end(&c); /* there is none */
}

static void
begins_so_often(void **state)
{
	struct child_starts s = {0};
	int i;

	(void)state;
	for (i = 0; i < CHILD_STARTS; i++)
		assert_true(child_may_start(&s, 1000 + i));
	assert_false(child_may_start(&s, 1000 + CHILD_STARTS_WINDOW - 1));
	assert_true(child_may_start(&s, 1000 + CHILD_STARTS_WINDOW));
	assert_false(child_may_start(&s, 1000 + CHILD_STARTS_WINDOW));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(number_of_another),
	    cmocka_unit_test(ends),
	    cmocka_unit_test(begins_so_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
