/* Command lines for the tests of options. */
#ifndef OPTIONS_LINE_H
#define OPTIONS_LINE_H

#include "dtcpc/options.h"

/* Parse the words of a line; '|' stands for a blank within a word. */
int parse(const char *line, struct options *o, struct err *e);

/* One that has to be taken. */
void good(const char *line, struct options *o);

/* One that has to be refused in one line that holds these words. */
void wrong(const char *line, const char *words);

#endif
