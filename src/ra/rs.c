/* When to solicit, RFC 4861 6.3.7.  See dtcp/ra.h. */
#include "dtcp/ra.h"

#define SOLICITATIONS 3
#define INTERVAL      (4 * 1000) /* ms */

void
rs_begin(struct rs_sender *s, int64_t now)
{
	s->left = SOLICITATIONS;
	s->deadline = now;
}

void
rs_end(struct rs_sender *s)
{
	s->left = 0;
	s->deadline = -1;
}

enum rs_next
rs_timer(struct rs_sender *s, int64_t now)
{
	if (s->deadline == -1 || now < s->deadline)
		return RS_NOTHING;
	if (s->left == 0) {
		rs_end(s);
		return RS_GIVE_UP;
	}
	s->left--;
	s->deadline = now + INTERVAL;
	return RS_SEND;
}
