/* The interfaces that -P names, held against those that are there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dtcp/log.h"
#include "dtcp/os.h"
#include "options.h"

#define FAULT_MAX 96

int
lans_look(
    const struct plan_conf *c, struct lan lans[NETOP_SLOTS], struct err *e)
{
	int r = 0;
	uint8_t i;

	memset(lans, 0, NETOP_SLOTS * sizeof(lans[0]));
	for (i = 0; i < NETOP_SLOTS && r == 0; i++) {
		lans[i].slot = i;
		if (c->lans[i][0] != '\0')
			r = os_lan_look(c->lans[i], &lans[i], e);
	}
	return r;
}

static bool
wants_eui64(const struct plan_conf *c, uint8_t slot)
{
	unsigned i;

	for (i = 0; i < c->ndelegations; i++)
		if (c->delegations[i].slot == slot &&
		    !c->delegations[i].has_host)
			return true;
	return false;
}

void
lans_faults(const struct plan_conf *c, const struct lan lans[NETOP_SLOTS],
    void (*tell)(void *arg, const char *line), void *arg)
{
	bool borrow = wants_eui64(c, NETOP_SLOT_TUNNEL);
	uint8_t iid[LAN_IID_LEN], i;
	char line[FAULT_MAX];
	const char *why;

	for (i = NETOP_SLOT_TUNNEL + 1; i < NETOP_SLOTS; i++) {
		if (c->lans[i][0] == '\0')
			continue;
		why = NULL;
		if (lans[i].ifindex == 0)
			why = "no such interface";
		else if (lan_iid(&lans[i], iid))
			borrow = false;
		else if (wants_eui64(c, i))
			why = "no hardware address for an EUI-64";
		if (why == NULL)
			continue;
		(void)snprintf(
		    line, sizeof(line), "-P %s: %s", c->lans[i], why);
		tell(arg, line);
	}
	if (borrow)
		tell(arg,
		    "-P tunnel: no LAN has a hardware address for an EUI-64");
}

/* The last line is for who reports the error, the others are logged. */
static void
keep(void *arg, const char *line)
{
	struct err *last = arg;

	if (last->code != 0)
		log_msg(LOG_ERR, "%s", last->text);
	(void)err_set(last, ENODEV, "%s", line);
}

int
lans_check(const struct plan_conf *c, struct err *e)
{
	struct lan lans[NETOP_SLOTS];
	struct err last = {0};
	int r = lans_look(c, lans, e);

	if (r != 0)
		return r;
	lans_faults(c, lans, keep, &last);
	if (last.code == 0)
		return 0;
	*e = last;
	return -last.code;
}
