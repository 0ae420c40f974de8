/* What the parts of a box share: box-make.c, box-feed.c, box-run.c, box-end.c, box-files.c, and box.c, which joins them. */
#pragma once
#include "box.h"
#include "stages.h"

/* Says something of the box to the worker. */
void box_tell(struct boxes *boxes, const struct box *box, enum event type, const void *payload, size_t size);

/* Polls a descriptor for the box. False when the kernel refuses. */
bool box_watch(struct boxes *boxes, const struct box *box, int fd, enum box_source source, uint32_t events);
void box_unwatch(struct boxes *boxes, int fd);
/* Closing alone is not enough: a child that was just forked still holds a copy, and its end would be told on and on. */
void box_close_watched(struct boxes *boxes, int *fd);

/* box-make.c: reads what the maker, pid 1 and the parked process have said. */
void box_read_status(struct boxes *boxes, struct box *box);

/* box-feed.c: hands bytes to the script or to standard input, within the credit; and writes on what waits. */
bool box_push(struct boxes *boxes, struct box *box, enum box_source source, const uint8_t *bytes, size_t size);
void box_pump(struct boxes *boxes, struct box *box, enum box_source source);

/* box-run.c: ends a run for a reason, of which the first counts. */
void box_stop(struct box *box, enum cause cause);
void box_note_oom(struct box *box);
uint64_t box_cpu_used_us(const struct box *box);
void box_read_output(struct boxes *boxes, struct box *box, int stream);
/* Output is polled again: there is room for it. */
void box_unmute(struct boxes *boxes, struct box *box);
void box_close_output(struct boxes *boxes, struct box *box);
int64_t box_tick_running(struct boxes *boxes, struct box *box, int64_t now);

/* box-end.c: main has ended; EXITED is due, perhaps; the box failed; nothing more will be said of it. */
void box_end_life(struct box *box);
void box_main_ended(struct box *box, int status);
/* Output that waited for the worker gets its time anew. */
void box_drain_again(struct box *box);
void box_finish(struct boxes *boxes, struct box *box);
void box_fail(struct boxes *boxes, struct box *box, enum stage stage, int error, uint32_t index);
void box_clear(struct boxes *boxes, struct box *box);
int64_t box_tick_ending(struct boxes *boxes, struct box *box, int64_t now);

/* box-files.c: goes on with a listing or a file that waited for room in the outbox; leaves off with both. */
void box_send_files(struct boxes *boxes, struct box *box);
void box_close_files(struct boxes *boxes, struct box *box);
