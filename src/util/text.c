/* Make foreign text harmless: see dtcp/text.h. */
#define LIBBSD_NETBSD_VIS /* libbsd: strnvis(3) as FreeBSD has it */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <vis.h>

#include "dtcp/text.h"

#define ENCODED_MAX 4 /* bytes that one byte becomes: \ooo */

size_t
text_encode(char *dst, size_t size, const char *src, size_t n)
{
	const int flags = VIS_CSTYLE | VIS_OCTAL | VIS_TAB | VIS_NL |
	    VIS_NOSLASH | VIS_NOLOCALE;
	char enc[ENCODED_MAX + 1];
	size_t len, out = 0;

	for (size_t i = 0; i < n; i++) {
		/* A digit as the next byte gives a NUL all three digits. */
		if (vis(enc, (unsigned char)src[i], flags, '0') == NULL)
			break;
		len = strlen(enc);
		if (len >= size - out)
			break;
		memcpy(dst + out, enc, len);
		out += len;
	}
	dst[out] = '\0';
	return out;
}

void
text_append(char *buf, size_t size, const char *fmt, ...)
{
	const size_t used = strlen(buf);
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= size - used)
		buf[used] = '\0';
}
