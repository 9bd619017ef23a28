/*
 * What clang's analyzer cannot see from one source file: these functions
 * return the failure they were given.  Without it, it takes "return
 * err_set(...)" for success now and then.  Included ahead of every source
 * file, but not of the one that defines them: see tests/lint/tidy.
 */
#ifndef DTCP_LINT_ANALYZER_H
#define DTCP_LINT_ANALYZER_H

#include "dtcp/err.h"

#define err_set(e, code, ...) (err_set((e), (code), __VA_ARGS__), -(code))
#define err_sys(e, code, ...) (err_sys((e), (code), __VA_ARGS__), -(code))

#endif
