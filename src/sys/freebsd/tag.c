/*
 * Marks of ownership: an interface is ours when it is in the group "dtcp"
 * and its description is our tag.  The group finds it, the description tells
 * whose it is.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "freebsd.h"

#define TRIES 4 /* a group may grow between two calls */

int
tag_read(struct fb *fb, const char *name, char tag[FB_TAG])
{
	struct fb_ifreq r;
	int error;

	memset(&r, 0, sizeof(r));
	memset(tag, 0, FB_TAG);
	(void)strlcpy(r.name, name, sizeof(r.name));
	r.u.buf.buffer = tag;
	r.u.buf.length = FB_TAG;
	error = fb_ioctl(fb->s4, FB_SIOCGIFDESCR, &r);
	if (error == -ENOMSG)
		return 0;
	if (error != 0)
		return error;
	/* One that does not fit is not given, and not ours. */
	if (r.u.buf.buffer == NULL)
		(void)strlcpy(tag, "(a long one)", FB_TAG);
	tag[FB_TAG - 1] = '\0';
	return 0;
}

static int
set_description(struct fb *fb, const char *name, const char *text)
{
	char copy[FB_TAG];
	struct fb_ifreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	(void)strlcpy(copy, text, sizeof(copy));
	if (text[0] != '\0') {
		r.u.buf.buffer = copy;
		r.u.buf.length = strlen(copy) + 1;
	}
	return fb_ioctl(fb->s4, FB_SIOCSIFDESCR, &r);
}

static int
group_request(struct fb *fb, unsigned long request, const char *name)
{
	struct fb_ifgroupreq r;

	memset(&r, 0, sizeof(r));
	(void)strlcpy(r.name, name, sizeof(r.name));
	(void)strlcpy(r.u.group, FB_GROUP, sizeof(r.u.group));
	return fb_ioctl(fb->s4, request, &r);
}

int
tag_put(struct fb *fb, const char *name)
{
	int error;

	error = group_request(fb, FB_SIOCAIFGROUP, name);
	if (error != 0 && error != -EEXIST)
		return error;
	return set_description(fb, name, fb->tag);
}

int
tag_take(struct fb *fb, const char *name)
{
	int error;

	error = set_description(fb, name, "");
	if (error == 0)
		error = group_request(fb, FB_SIOCDIFGROUP, name);
	return error == -ENOENT ? 0 : error;
}

/* The group's half is the first to come and the last to go. */
int
tag_finish(struct fb *fb, const char *name)
{
	char tag[FB_TAG];
	int error;

	error = tag_read(fb, name, tag);
	if (error == 0 && tag[0] == '\0')
		error = group_request(fb, FB_SIOCDIFGROUP, name);
	return error == -ENOENT || error == -ENODEV ? 0 : error;
}

/*
 * The group's members, for the caller to free.  A group is there as long as
 * it has one; to ask with room for fewer than there are is EINVAL.
 */
static int
members(struct fb *fb, struct fb_ifg_req **list, unsigned *n)
{
	struct fb_ifgroupreq r;
	int error = -EINVAL;

	*list = NULL;
	*n = 0;
	for (int tries = 0; tries < TRIES && error == -EINVAL; tries++) {
		free(*list);
		*list = NULL;
		memset(&r, 0, sizeof(r));
		(void)strlcpy(r.name, FB_GROUP, sizeof(r.name));
		error = fb_ioctl(fb->s4, FB_SIOCGIFGMEMB, &r);
		if (error != 0 || r.len == 0)
			break;
		*list = calloc(1, r.len);
		if (*list == NULL)
			return -errno;
		r.u.groups = *list;
		error = fb_ioctl(fb->s4, FB_SIOCGIFGMEMB, &r);
	}
	if (*list != NULL && error == 0)
		*n = (unsigned)(r.len / sizeof(**list));
	return error == -ENOENT ? 0 : error;
}

/* One that goes meanwhile is none. */
static int
visit(struct fb *fb, const char *name, struct link *l)
{
	char tag[FB_TAG];
	int error;

	error = tag_read(fb, name, tag);
	if (error == 0 && strcmp(tag, fb->tag) != 0)
		return 0;
	if (error == 0)
		error = link_by_name(fb, name, l);
	if (error == -ENODEV)
		return 0;
	return error != 0 ? error : 1;
}

int
tag_list(struct fb *fb, struct link **links)
{
	struct fb_ifg_req *list;
	unsigned n, i, found = 0;
	int r;

	*links = NULL;
	r = members(fb, &list, &n);
	if (r == 0 && n > 0 && (*links = calloc(n, sizeof(**links))) == NULL)
		r = -errno;
	for (i = 0; i < n && r >= 0; i++) {
		list[i].member[FB_IFNAMSIZ - 1] = '\0';
		r = visit(fb, list[i].member, &(*links)[found]);
		found += r == 1;
	}
	free(list);
	if (r >= 0)
		return (int)found;
	free(*links);
	*links = NULL;
	return r;
}

int
tag_is_ours(struct fb *fb, const char *name)
{
	struct fb_ifg_req *list;
	char tag[FB_TAG];
	unsigned n, i;
	int r;

	r = tag_read(fb, name, tag);
	if (r != 0 || strcmp(tag, fb->tag) != 0)
		return r == -ENODEV ? 0 : r;
	r = members(fb, &list, &n);
	for (i = 0; r == 0 && i < n; i++)
		r = strncmp(list[i].member, name, FB_IFNAMSIZ) == 0;
	free(list);
	return r;
}
