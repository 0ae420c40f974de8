/* Bytes on their way into a box: what the pipe does not take at once waits here. Its size is the channel's credit, so a
 * worker that keeps to its credit never finds it full. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct feed {
  uint8_t *buffer; /* CHANNEL_CREDIT bytes, owned by whoever made the feed */
  size_t start, size;
  int fd;           /* write end of the pipe, owned; -1 once closed */
  bool is_ending;   /* close when empty */
  uint32_t written; /* bytes that left and whose credit has not been returned */
};

void feed_open(struct feed *feed, int fd);
/* Takes bytes; false when they are more than the credit allows. Bytes for a closed pipe count as written. */
bool feed_push(struct feed *feed, const uint8_t *bytes, size_t size);
/* Writes what the pipe takes. */
void feed_pump(struct feed *feed);
/* Closes the pipe once everything was written. */
void feed_end(struct feed *feed);
void feed_close(struct feed *feed);
