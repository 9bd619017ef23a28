/*
 * What the engine asks for.  It is unprivileged: nothing here trusts more
 * than msg_decode() and the policy have checked.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "dtcp/digest.h"
#include "dtcp/log.h"
#include "dtcp/policy.h"
#include "private.h"

void
engine_tell(struct priv *p, const struct msg *m)
{
	child_tell(&p->engine, m);
}

void
engine_tell_type(struct priv *p, enum msg_type type)
{
	struct msg m = {.type = type, .fd = -1};

	engine_tell(p, &m);
}

void
engine_tell_error(
    struct priv *p, enum msg_type type, uint32_t id, const struct err *e)
{
	struct msg m = {.type = type, .id = id, .code = e->code, .fd = -1};

	strlcpy(m.text, e->text, sizeof(m.text));
	engine_tell(p, &m);
}

/* It is confined, and yet not what we started: end it, begin anew. */
static void
engine_misbehaves(struct priv *p, const char *what)
{
	log_msg(LOG_ERR, "engine sent %s; ending it", what);
	child_kill(&p->engine);
}

static void
answer_challenge(struct priv *p, const struct msg *m)
{
	struct msg reply = {.type = MSG_DIGEST, .fd = -1};
	char digest[PROTO_DIGEST_LEN + 1];
	struct err e = {0};
	const char *secret;
	size_t len;

	secret = secret_bytes(p->conf->secret, &len);
	if (digest_make(p->conf->user, m->text, secret, len, digest, &e) != 0) {
		engine_tell_error(p, MSG_DIGEST_FAILED, 0, &e);
		return;
	}
	strlcpy(reply.text, digest, sizeof(reply.text));
	engine_tell(p, &reply);
}

static bool
is_local4(void *arg, struct in_addr a)
{
	struct kernel *k = arg;

	/* If the kernel does not say, do not let it pass. */
	return k->ops->is_local4(k, a) != 0;
}

static int
check_batch(struct priv *p, struct err *e)
{
	struct policy policy = {.conf = p->conf->plan,
	    .type = p->conf->type,
	    .local4 = p->local4,
	    .is_local4 = is_local4,
	    .arg = p->kernel};

	if (!p->local4_known)
		return err_set(e, EPERM, "operations without a connection");
	return policy_check_list(&policy, &p->batch.ops,
	    executor_has(&p->executor, NETOP_ACCEPT_RA), e);
}

/* Hand the engine what a user-space tunnel needs; 0 where it is a device. */
static int
hand_over_user(struct priv *p, const struct netop *tunnel, struct err *e)
{
	struct msg m = {.fd = -1};
	struct user_fds fds;
	int r;

	if ((tunnel->flags & NETOP_F_USER) == 0)
		return 0;
	r = p->kernel->ops->open_user(p->kernel, tunnel, &fds, e);
	if (r != 0)
		return r;
	r = os_limit_fd(fds.tunfd, OS_FD_TUN, e);
	if (r == 0)
		r = os_limit_fd(fds.outerfd,
		    tunnel->rport != 0 ? OS_FD_OUTER_UDP : OS_FD_OUTER, e);
	if (r == 0) {
		m.level = (int32_t)fds.features;
		m.type = MSG_TUN;
		m.fd = fds.tunfd;
		engine_tell(p, &m);
		m.type = MSG_OUTER;
		m.fd = fds.outerfd;
		engine_tell(p, &m);
	}
	close(fds.tunfd);
	close(fds.outerfd);
	return r;
}

static bool
batch_touches_outer(const struct plan *ops)
{
	unsigned i;

	for (i = 0; i < ops->n; i++)
		if (ops->ops[i].kind == NETOP_TUNNEL ||
		    ops->ops[i].kind == NETOP_OUTER)
			return true;
	return false;
}

static void
log_tunnel(const struct netop *t)
{
	const char *encap = t->flags & NETOP_F_USER ? "user" : "kernel";
	char local[ADDR4_STRLEN], remote[ADDR4_STRLEN];

	(void)addr4_format(t->local4, local);
	(void)addr4_format(t->remote4, remote);
	if (t->rport == 0)
		log_msg(LOG_INFO, "tunnel=%s encap=%s local4=%s remote4=%s",
		    t->ifname, encap, local, remote);
	else
		log_msg(LOG_INFO,
		    "tunnel=%s encap=%s local4=%s remote4=%s udp=%u port4=%u",
		    t->ifname, encap, local, remote, t->lport, t->rport);
}

static void
apply_batch(struct priv *p)
{
	struct msg m = {.type = MSG_APPLIED, .id = p->batch.id, .fd = -1};
	const struct netop *tunnel;
	struct err e = {0};
	int r;

	r = check_batch(p, &e);
	if (r == 0)
		r = executor_apply(
		    &p->executor, p->batch.ops.ops, p->batch.ops.n, &e);
	tunnel = executor_tunnel(&p->executor);
	if (r == 0 && tunnel != NULL && batch_touches_outer(&p->batch.ops)) {
		log_tunnel(tunnel);
		r = hand_over_user(p, tunnel, &e);
	}
	if (r != 0) {
		/* All or nothing, whatever it was that failed. */
		undo_all(p);
		engine_tell_error(p, MSG_APPLY_FAILED, p->batch.id, &e);
		return;
	}
	if (tunnel != NULL)
		m.op = *tunnel;
	engine_tell(p, &m);
}

static void
begin_batch(struct priv *p, const struct msg *m)
{
	if (m->count == 0 || m->count > PLAN_MAX) {
		engine_misbehaves(
		    p, "a list of operations of no possible size");
		return;
	}
	memset(&p->batch, 0, sizeof(p->batch));
	p->batch.id = m->id;
	p->batch.left = m->count;
}

static void
add_to_batch(struct priv *p, const struct msg *m)
{
	struct batch *b = &p->batch;

	if (b->left == 0) {
		engine_misbehaves(p, "an operation without a list");
		return;
	}
	b->ops.ops[b->ops.n++] = m->op;
	if (--b->left == 0)
		apply_batch(p);
}

void
request_from_engine(struct priv *p, const struct msg *m)
{
	if (p->batch.left > 0 && m->type != MSG_OP && m->type != MSG_LOG) {
		engine_misbehaves(p, "a list of operations cut short");
		return;
	}
	if (p->prefixes.missing > 0 && m->type != MSG_PREFIX &&
	    m->type != MSG_LOG) {
		engine_misbehaves(p, "a list of prefixes cut short");
		return;
	}
	switch ((int)m->type) {
	case MSG_DIAL:
		start_dialler(p, m->id);
		break;
	case MSG_DIAL_CANCEL:
		child_end(&p->dialler);
		break;
	case MSG_DIGEST_ASK:
		answer_challenge(p, m);
		break;
	case MSG_APPLY:
		begin_batch(p, m);
		break;
	case MSG_OP:
		add_to_batch(p, m);
		break;
	case MSG_UNDO:
		undo_all(p);
		break;
	case MSG_STATE:
		if (m->level < 0 || m->level >= SESSION_STATES)
			engine_misbehaves(p, "a state of no known number");
		else
			status_write(p, m->level, m->text);
		break;
	case MSG_RA_OPEN:
		if (lan_open_sockets(p, m->id) != 0)
			engine_misbehaves(p, "a request for other sockets");
		break;
	case MSG_PREFIXES:
		if (prefixes_begin(p, m) != 0)
			engine_misbehaves(p, "a list of prefixes nobody needs");
		break;
	case MSG_PREFIX:
		if (prefixes_add(p, m) != 0)
			engine_misbehaves(p, "a prefix that cannot be");
		break;
	case MSG_LOG:
		child_log(m);
		break;
	case MSG_EXIT:
		p->done = true;
		p->status = m->level == 0 ? 0 : 1;
		break;
	default:
		engine_misbehaves(p, "a message that is not for this process");
		break;
	}
}
