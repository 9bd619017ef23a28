/*
 * The page that a password lives in.  The same on every system but for what
 * harden_secret() has to ask for.
 */
#include <sys/mman.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/os.h"
#include "harden.h"

static size_t
page_round(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (len + page - 1) / page * page;
}

void *
os_secret_map(size_t len)
{
	void *p;
	int saved;

	len = page_round(len);
	p = mmap(
	    NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	if (harden_secret(p, len) == -1) {
		saved = errno;
		(void)munmap(p, len);
		errno = saved;
		return NULL;
	}
	/* RLIMIT_MEMLOCK may forbid it; then it can be swapped, no worse. */
	(void)mlock(p, len);
	return p;
}

void
os_secret_unmap(void *p, size_t len)
{
	if (p == NULL)
		return;
	len = page_round(len);
	explicit_bzero(p, len);
	(void)munmap(p, len);
}
