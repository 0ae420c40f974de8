/* Events on their way to the worker. Bounded: who has much to say asks for room first, and waits while there is none. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

/* Room for everything that must be said without waiting, and for one listing, beyond what output, listings and file contents
 * may fill. */
enum { OUTBOX_SIZE = 2 << 20, OUTBOX_BULK_MAX = OUTBOX_SIZE - (768 << 10), OUTBOX_CHUNK = 64 << 10 };

struct outbox {
  uint8_t *buffer; /* OUTBOX_SIZE bytes */
  size_t start, end;
  bool is_overrun; /* something did not fit: the worker has stopped reading and must be given up */
};

/* Whether a chunk of output or file content may be added. */
bool outbox_has_room(const struct outbox *outbox);
bool outbox_is_empty(const struct outbox *outbox);
/* Adds a whole event, or marks the outbox as overrun. */
void outbox_add(struct outbox *outbox, enum event type, uint32_t box, const void *payload, size_t size);
/* Where up to OUTBOX_CHUNK bytes of payload may be put, to be completed by `outbox_commit`. Needs room. */
uint8_t *outbox_reserve(struct outbox *outbox);
void outbox_commit(struct outbox *outbox, enum event type, uint32_t box, size_t size);
/* Writes what the socket takes; false when the connection is broken. */
bool outbox_flush(struct outbox *outbox, int fd);
