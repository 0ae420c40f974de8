#include "feed.h"

#include "system.h"

void feed_open(struct feed *feed, int fd) {
  feed->start = feed->size = 0;
  feed->fd = fd;
  feed->is_ending = false;
  feed->written = 0;
}

void feed_close(struct feed *feed) {
  close_fd(&feed->fd);
  feed->written += (uint32_t)feed->size;
  feed->start = feed->size = 0;
}

/* Writes from `bytes`; what the reader has closed is gone: EPIPE is the program's choice, not an error. */
static size_t write_some(struct feed *feed, const uint8_t *bytes, size_t size) {
  size_t done = 0;
  while (done < size && feed->fd >= 0) {
    ssize_t written = RETRY(write(feed->fd, bytes + done, size - done));
    if (written > 0) {
      done += (size_t)written;
    } else if (errno == EAGAIN) {
      break;
    } else {
      feed_close(feed);
    }
  }
  return feed->fd < 0 ? size : done;
}

void feed_pump(struct feed *feed) {
  while (feed->size) {
    size_t run = CHANNEL_CREDIT - feed->start;
    if (run > feed->size) run = feed->size;
    size_t done = write_some(feed, feed->buffer + feed->start, run);
    if (feed->fd < 0) return; /* feed_close has counted the rest */
    feed->written += (uint32_t)done;
    feed->start = (feed->start + done) % CHANNEL_CREDIT;
    feed->size -= done;
    if (done < run) return;
  }
  if (feed->is_ending) close_fd(&feed->fd);
}

bool feed_push(struct feed *feed, const uint8_t *bytes, size_t size) {
  if (size > CHANNEL_CREDIT - feed->size) return false;
  if (feed->size == 0) {
    size_t done = write_some(feed, bytes, size);
    feed->written += (uint32_t)done;
    bytes += done;
    size -= done;
  }
  if (feed->fd < 0) return true;
  size_t at = (feed->start + feed->size) % CHANNEL_CREDIT;
  size_t run = CHANNEL_CREDIT - at < size ? CHANNEL_CREDIT - at : size;
  memcpy(feed->buffer + at, bytes, run);
  memcpy(feed->buffer, bytes + run, size - run);
  feed->size += size;
  return true;
}

void feed_end(struct feed *feed) {
  feed->is_ending = true;
  if (feed->size == 0) close_fd(&feed->fd);
}
