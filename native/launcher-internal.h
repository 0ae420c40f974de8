/* What the parts of the launcher share: launcher-connection.c, launcher-requests.c, and launcher.c, whose loop joins them. */
#pragma once
#include "box.h"
#include "launcher.h"

enum { INBOX_SIZE = FRAME_PAYLOAD_MAX + FRAME_HEADER + (64 << 10) };

/* Epoll tokens. A box's token is its lane's index, shifted by 8, and its source, which is far below these. */
enum own_source { OWN_LISTENER = 240, OWN_CONNECTION, OWN_SIGNALS, OWN_LIFE_LINE, OWN_REMOVER };

struct launcher {
  const struct launcher_options *options;
  int epoll, signals, connection;
  bool is_ending, has_hello, has_plan, is_writing_watched;
  uint8_t *inbox;
  size_t inbox_size;
  struct outbox outbox;
  struct plan plan;
  struct boxes boxes;
};

bool launcher_has_boxes(const struct launcher *l);
/* Polls a descriptor, or polls it for other events than before. */
void launcher_watch(struct launcher *l, int fd, enum own_source source, uint32_t events);

/* launcher-connection.c: a worker comes; its bytes come; what there is for it goes out; it is gone, and every box of it ends. */
void launcher_accept(struct launcher *l);
void launcher_receive(struct launcher *l);
void launcher_send(struct launcher *l);
void launcher_disconnect(struct launcher *l);
/* Listens again once the last box of the connection before is gone. */
void launcher_settle(struct launcher *l);
void launcher_forget_plan(struct launcher *l);

/* launcher-requests.c: does what a frame asks for. Returns NULL, or why no worker of ours would have sent it. */
const char *launcher_request(struct launcher *l, const struct frame *frame, const uint8_t *payload);
