/* What the sessions have in the kernel: see works.h. */
#include <errno.h>
#include <string.h>

#include "dtcp/log.h"
#include "works.h"

void
works_init(struct works *w, struct kernel *k,
    int (*save)(void *arg, const struct journal *, struct err *), void *arg)
{
	w->kernel = k;
	executor_init(&w->undo, k);
	w->undo.save = save;
	w->undo.save_arg = arg;
}

static int
save(struct works *w, struct err *e)
{
	return w->undo.save(w->undo.save_arg, &w->undo.journal, e);
}

int
works_begin(struct works *w, bool keep, struct err *e)
{
	const struct netop all = {
	    .kind = keep ? NETOP_TUNNEL_RELEASE : NETOP_TUNNEL_DESTROY};

	(void)journal_push(&w->undo.journal, &all);
	return save(w, e);
}

/* Does what op takes back outlive the devices that we made? */
static bool
is_lasting(const struct netop *op, const struct device *d)
{
	switch ((int)op->kind) {
	case NETOP_TUNNEL_RELEASE:
	case NETOP_FIB:
	case NETOP_ACCEPT_RA:
		return d->adopted;
	case NETOP_ROUTE_DEL:
		return d->adopted || (op->flags & NETOP_F_REJECT) != 0;
	default:
		return false;
	}
}

/* It is undone, or was never done. */
static void
forget(struct journal *j, const struct netop *op)
{
	unsigned i;

	for (i = j->n; i-- > 0;) {
		if (strcmp(j->entries[i].ifname, op->ifname) != 0 ||
		    !netop_equal(&j->entries[i], op))
			continue;
		journal_remove(j, i);
		return;
	}
}

/*
 * Undo a list, newest first.  A device that is not ours is not given back with
 * something of ours on it: that stays in the undo file.
 */
static int
revert(struct works *w, const struct plan *undo, const struct device *d)
{
	int rc, first = 0;
	bool saving = false;
	struct netop op;
	unsigned i;

	for (i = undo->n; i-- > 0;) {
		struct err e = {0};

		op = undo->ops[i];
		if (op.kind == NETOP_TUNNEL_RELEASE && first != 0)
			break;
		rc = w->kernel->ops->apply(w->kernel, &op, &e);
		if (rc != 0 && !executor_is_gone(rc)) {
			log_msg(LOG_ERR, "cannot undo: %s", e.text);
			first = first == 0 ? rc : first;
			continue;
		}
		if (is_lasting(&undo->ops[i], d)) {
			forget(&w->undo.journal, &undo->ops[i]);
			saving = true;
		}
	}
	if (saving) {
		struct err e = {0};

		/* More is in the file as it is than there is to undo. */
		if (save(w, &e) != 0)
			log_msg(LOG_WARNING, "%s", e.text);
	}
	return first;
}

static int
write_down(struct works *w, const struct netop *undo, struct err *e)
{
	int rc;

	if (journal_push(&w->undo.journal, undo) != 0)
		return err_set(
		    e, ENOBUFS, "no more can be written down in the undo file");
	if ((rc = save(w, e)) != 0)
		forget(&w->undo.journal, undo);
	return rc;
}

/* On which interface, and whose that one is. */
static void
resolve(struct works *w, struct netop *op, struct device *d)
{
	if (op->kind == NETOP_TUNNEL) {
		memset(d, 0, sizeof(*d));
		d->adopted = op->ifname[0] != '\0' &&
		    w->kernel->ops->find_link(
			w->kernel, op->ifname, &d->ifindex, NULL) == 0;
	} else if (netop_needs_link(op)) {
		memcpy(op->ifname, d->ifname, sizeof(op->ifname));
		op->ifindex = d->ifindex;
	}
}

/*
 * One operation; *undo is what takes it back, NETOP_NONE: nothing does, also
 * after a failure.
 */
static int
apply_one(struct works *w, const struct netop *wanted, struct device *d,
    struct netop *undo, struct err *e)
{
	struct netop op = *wanted;
	int rc;

	memset(undo, 0, sizeof(*undo));
	resolve(w, &op, d);
	rc = w->kernel->ops->prepare(w->kernel, &op, undo, e);
	if (rc != 0)
		goto none;
	if (op.kind == NETOP_TUNNEL)
		undo->ifindex = d->ifindex;
	if (is_lasting(undo, d) && (rc = write_down(w, undo, e)) != 0)
		goto none;
	rc = w->kernel->ops->apply(w->kernel, &op, e);
	if (rc == 0 && op.kind == NETOP_TUNNEL) {
		memcpy(d->ifname, op.ifname, sizeof(d->ifname));
		d->ifindex = op.ifindex;
		memcpy(undo->ifname, op.ifname, sizeof(undo->ifname));
		undo->ifindex = op.ifindex;
	}
	if (rc == 0 || undo->kind == NETOP_NONE)
		return rc;
	/* Without a name or an index it would be the end of all of ours. */
	if (!executor_is_answer(rc) &&
	    (op.kind != NETOP_TUNNEL || undo->ifindex != 0))
		return rc;
	if (is_lasting(undo, d)) {
		forget(&w->undo.journal, undo);
		(void)save(w, NULL);
	}
none:
	memset(undo, 0, sizeof(*undo));
	return rc;
}

static int
apply_list(
    struct works *w, const struct plan *p, struct device *d, struct err *e)
{
	char text[NETOP_TEXT_MAX];
	struct plan undo = {0};
	unsigned i;
	int rc;

	for (i = 0; i < p->n; i++) {
		rc = apply_one(w, &p->ops[i], d, &undo.ops[undo.n], e);
		if (undo.ops[undo.n].kind != NETOP_NONE)
			undo.n++;
		if (rc == 0)
			continue;
		if (rc == -EEXIST && (p->ops[i].flags & NETOP_F_OPTIONAL)) {
			log_msg(LOG_WARNING,
			    "%s: left out, there is one already",
			    netop_format(&p->ops[i], text, sizeof(text)));
			continue;
		}
		(void)revert(w, &undo, d);
		return rc;
	}
	return 0;
}

int
works_make(
    struct works *w, const struct plan *p, struct device *d, struct err *e)
{
	int rc;

	if ((rc = apply_list(w, p, d, e)) != 0)
		memset(d, 0, sizeof(*d));
	return rc;
}

int
works_add(
    struct works *w, const struct plan *p, struct device *d, struct err *e)
{
	return apply_list(w, p, d, e);
}

int
works_remove(struct works *w, const struct plan *p, const struct device *d)
{
	struct plan undo = {0};
	struct netop op;
	unsigned i;

	for (i = 0; i < p->n; i++) {
		op = p->ops[i];
		memcpy(op.ifname, d->ifname, sizeof(op.ifname));
		op.ifindex = d->ifindex;
		netop_inverse(&op, &undo.ops[undo.n]);
		undo.n += undo.ops[undo.n].kind != NETOP_NONE;
	}
	return revert(w, &undo, d);
}

/* What was written down of an interface that somebody else made. */
static void
written_down(const struct journal *j, const struct device *d, struct plan *out)
{
	unsigned i;

	out->n = 0;
	for (i = 0; i < j->n && out->n < PLAN_MAX; i++) {
		if (strcmp(j->entries[i].ifname, d->ifname) == 0)
			out->ops[out->n++] = j->entries[i];
	}
}

int
works_end(struct works *w, struct device *d)
{
	struct plan undo = {0};
	int rc;

	if (d->ifname[0] == '\0')
		return 0;
	if (d->adopted) {
		written_down(&w->undo.journal, d, &undo);
	} else {
		undo.n = 1;
		undo.ops[0].kind = NETOP_TUNNEL_DESTROY;
		memcpy(undo.ops[0].ifname, d->ifname, sizeof(d->ifname));
		undo.ops[0].ifindex = d->ifindex;
	}
	rc = revert(w, &undo, d);
	memset(d, 0, sizeof(*d));
	return rc;
}

int
works_has(struct works *w, const struct device *d)
{
	uint32_t ifindex = 0;
	int rc;

	rc = w->kernel->ops->find_link(w->kernel, d->ifname, &ifindex, NULL);
	return rc == -ENODEV ? 0 : rc != 0 || ifindex == d->ifindex;
}

int
works_undo(struct works *w, struct err *e)
{
	return executor_undo(&w->undo, e);
}
