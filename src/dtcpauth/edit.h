/*
 * A users file's text, changed: into another one that has room for it.  All
 * lines but the one in question stay as they are.  Pure.
 */
#ifndef DTCPAUTH_EDIT_H
#define DTCPAUTH_EDIT_H

#include "dtcp/secretfile.h"
#include "dtcp/users.h"

/* What one more entry takes: "\nuser:password\n". */
#define EDIT_ENTRY_LEN(user_len, password_len) ((user_len) + (password_len) + 3)

/* Another password for an entry that is in old. */
void edit_password(struct secret_text *out, const struct secret_text *old,
    const struct users_entry *entry, const char *password, size_t n);

/* Without the line of that entry. */
void edit_delete(struct secret_text *out, const struct secret_text *old,
    const struct users_entry *entry);

/* All of it, so that entries can be added. */
void edit_copy(struct secret_text *out, const struct secret_text *old);

/* One more entry at the end. */
void edit_add(struct secret_text *out, const char *user, size_t user_len,
    const char *password, size_t n);

#endif
