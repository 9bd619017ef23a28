/* Checked decimal numbers: see dtcp/num.h. */
#include <errno.h>
#include <string.h>

#include "dtcp/num.h"

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int
num_parse(const char *s, size_t n, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t v = 0;

	if (n == 0 || (n > 1 && s[0] == '0'))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -EINVAL;
		/* Stop growing once too large, but look at every byte. */
		if (v <= UINT32_MAX)
			v = v * 10 + (uint64_t)(s[i] - '0');
	}
	if (v < min || v > max)
		return -ERANGE;
	*out = (uint32_t)v;
	return 0;
}

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
num_hex_byte(const char *s)
{
	int high = hex_digit(s[0]);
	int low = high < 0 ? -1 : hex_digit(s[1]);

	return low < 0 ? -1 : high << 4 | low;
}

int
num_parse_seconds(const char *s, uint32_t min, uint32_t max, uint32_t *ms)
{
	size_t whole = strcspn(s, ".");
	const char *frac = s + whole;
	uint32_t seconds, scale = 1000;
	uint64_t v;
	int error;

	error = num_parse(s, whole, 0, UINT32_MAX, &seconds);
	if (error != 0)
		return error;
	v = (uint64_t)seconds * 1000;
	if (*frac == '.') {
		/* One to three digits, and nothing after them. */
		for (frac++; is_digit(*frac) && scale > 1; frac++) {
			scale /= 10;
			v += (uint64_t)(*frac - '0') * scale;
		}
		if (scale == 1000 || *frac != '\0')
			return -EINVAL;
	}
	if (v < min || v > max)
		return -ERANGE;
	*ms = (uint32_t)v;
	return 0;
}
