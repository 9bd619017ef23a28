/*
 * What was announced to the LANs: the engine says so at each change, and the
 * next one, also after a restart of the machine, is told.  However often it
 * says so, the disk is not kept busy.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "private.h"

static unsigned
slot_of(const struct priv *p, const char *ifname)
{
	unsigned slot;

	for (slot = 1; slot < NETOP_SLOTS; slot++) {
		if (strcmp(p->conf->plan->lans[slot], ifname) == 0)
			break;
	}
	return slot;
}

static bool
is_over(const struct prefix_record *r, int64_t now)
{
	return r->until != 0 && r->until <= now;
}

/*
 * As in MSG_PREFIX, of one that is not over; a clock that was set back must
 * not keep one for ever.
 */
static uint32_t
time_left(const struct prefix_record *r, int64_t now)
{
	if (r->until == 0)
		return 0;
	return r->until > now + RA_VALID ? RA_VALID :
					   (uint32_t)(r->until - now);
}

static void
tell_old(struct priv *p)
{
	static struct prefix_record r[PREFIXFILE_MAX];
	struct msg m = {.type = MSG_PREFIX, .fd = -1};
	int64_t now = (int64_t)time(NULL);
	char prefix[PREFIX6_STRLEN];
	struct err e = {0};
	unsigned i, n;
	int rc;

	rc = prefixfile_read(p->conf->prefixfile, r, &n, &e);
	if (rc != 0 && rc != -ENOENT)
		log_msg(LOG_WARNING,
		    "%s: ignored, and what an earlier run announced is not "
		    "withdrawn",
		    e.text);
	for (i = 0; i < n; i++) {
		if (is_over(&r[i], now))
			continue;
		m.id = slot_of(p, r[i].ifname);
		if (m.id == NETOP_SLOTS) {
			log_msg(LOG_WARNING,
			    "prefix %s was announced on %s, which -P does not "
			    "name now",
			    prefix6_format(&r[i].prefix, prefix), r[i].ifname);
			continue;
		}
		m.count = time_left(&r[i], now);
		m.prefix = r[i].prefix;
		engine_tell(p, &m);
	}
}

void
prefixes_engine_starts(struct priv *p)
{
	memset(&p->prefixes, 0, sizeof(p->prefixes));
	prefixes_flush(p); /* what the one before has said */
	if (p->conf->plan->ndelegations > 0 && p->conf->ra->advertise)
		tell_old(p);
}

/* The list is whole: it is what the file has to say from now on. */
static void
wanted(struct priv *p)
{
	const struct prefix_list *l = &p->prefixes;
	struct prefix_save *s = &p->prefix_save;
	int64_t now = (int64_t)time(NULL);
	struct prefix_record *r;
	unsigned i;

	for (i = 0; i < l->n; i++) {
		r = &s->records[i];
		memset(r, 0, sizeof(*r));
		strlcpy(r->ifname, p->conf->plan->lans[l->slot[i]],
		    sizeof(r->ifname));
		r->prefix = l->prefix[i];
		if (l->left[i] != 0)
			r->until = (uint32_t)(now + l->left[i]);
	}
	s->n = l->n;
	s->pending = true;
	s->due = s->earliest;
}

static void
save(struct priv *p, int64_t now)
{
	struct prefix_save *s = &p->prefix_save;
	struct err e = {0};
	int rc;

	rc = prefixfile_write(p->conf->prefixfile, s->records, s->n, &e);
	if (rc != 0 && rc != s->failed)
		log_msg(LOG_WARNING, "%s", e.text);
	s->failed = rc;
	s->pending = rc != 0;
	s->earliest = now + PREFIX_SAVE_GAP;
	s->due = now + PREFIX_SAVE_AGAIN;
}

int64_t
prefixes_save(struct priv *p, int64_t now)
{
	struct prefix_save *s = &p->prefix_save;

	if (s->pending && now >= s->due)
		save(p, now);
	return s->pending ? s->due : INT64_MAX;
}

void
prefixes_flush(struct priv *p)
{
	if (p->prefix_save.pending)
		save(p, os_now_ms());
}

int
prefixes_begin(struct priv *p, const struct msg *m)
{
	if (m->count > PREFIXFILE_MAX || !p->conf->ra->advertise)
		return -EINVAL;
	p->prefixes.n = 0;
	p->prefixes.missing = m->count;
	if (m->count == 0)
		wanted(p);
	return 0;
}

int
prefixes_add(struct priv *p, const struct msg *m)
{
	struct prefix_list *l = &p->prefixes;

	if (l->missing == 0 || m->id == 0 || m->id >= NETOP_SLOTS ||
	    p->conf->plan->lans[m->id][0] == '\0' || m->count > RA_VALID ||
	    !prefix6_is_inner(&m->prefix) || prefix6_has_host_bits(&m->prefix))
		return -EINVAL;
	l->slot[l->n] = (uint8_t)m->id;
	l->prefix[l->n] = m->prefix;
	l->left[l->n++] = m->count;
	if (--l->missing == 0)
		wanted(p);
	return 0;
}
