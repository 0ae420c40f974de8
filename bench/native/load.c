/*
 * A light HTTP client, so that what is measured is the server: one thread, epoll, connections that are kept alive.
 *
 *   load PORT PATH BODY STATUS [ANSWER]
 *
 * Every request is a POST of the file BODY to PATH on 127.0.0.1. It is a success when the answer has this STATUS and its
 * body is the file ANSWER, if one is given. Where BODY has the text of STAMP, each request has another number. Commands:
 *   runs CLIENTS COUNT   COUNT requests in all, by CLIENTS clients that wait for each answer
 *   time CLIENTS MS      requests by CLIENTS clients for MS milliseconds
 * The answer: {"elapsedMs":..,"done":..,"failed":..,"cpuMs":..,"programCpuMs":..,"latenciesMs":[..]}: cpuMs is this
 * process's own, programCpuMs the sum of the Millrace-Cpu-Ms headers.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers.h"

enum { MOST_CLIENTS = 256, BUFFER_BYTES = 262144, SILENCE_MS = 30000 };

struct client {
  int fd; /* -1 when not connected */
  bool is_waiting;
  double sent_ms;
  size_t filled;
  char buffer[BUFFER_BYTES + 1];
};

static struct client clients[MOST_CLIENTS];
static struct samples latencies;
static struct sockaddr_in server = {.sin_family = AF_INET};
static char *request, *expected; /* expected: NULL when any body will do */
static char *stamp;              /* in the request; NULL when all are the same */
static size_t request_bytes, expected_bytes;
static char status_line[32];
static int poller;
static uint32_t started, failed, waiting;
static double program_cpu_ms;

static char *read_file(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) die(path);
  char *content = malloc(BUFFER_BYTES + 1);
  if (content == NULL) die("malloc");
  *bytes = fread(content, 1, BUFFER_BYTES, file);
  content[*bytes] = '\0';
  fclose(file);
  return content;
}

static void compose_request(const char *path, const char *body_path) {
  size_t body_bytes;
  char *body = read_file(body_path, &body_bytes);
  char head[512];
  int head_bytes = snprintf(head, sizeof head,
                            "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                            path, ntohs(server.sin_port), body_bytes);
  request_bytes = (size_t)head_bytes + body_bytes;
  request = malloc(request_bytes);
  if (request == NULL) die("malloc");
  memcpy(request, head, (size_t)head_bytes);
  memcpy(request + head_bytes, body, body_bytes);
  free(body);
  stamp = find_stamp(request, request_bytes);
}

static void connect_client(struct client *client) {
  int on = 1;
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client->fd < 0) die("socket");
  if (connect(client->fd, (struct sockaddr *)&server, sizeof server) != 0) die("connect");
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event) != 0) die("epoll_ctl");
}

static void disconnect(struct client *client) {
  close(client->fd);
  client->fd = -1;
}

static void send_request(struct client *client) {
  if (client->fd < 0) connect_client(client);
  client->filled = 0;
  client->is_waiting = true;
  if (stamp != NULL) write_stamp(stamp);
  client->sent_ms = now_ms();
  started++;
  waiting++;
  for (size_t sent = 0; sent < request_bytes;) {
    ssize_t wrote = send(client->fd, request + sent, request_bytes - sent, MSG_NOSIGNAL);
    if (wrote < 0) die("send");
    sent += (size_t)wrote;
  }
}

static const char *find_header(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, length) == 0 && line[length] == ':') return line + length + 1;
  }
  return NULL;
}

/* Whether a whole answer is in the buffer; then whether it is the one that was expected. */
static bool is_answered(struct client *client, bool *is_good) {
  client->buffer[client->filled] = '\0';
  char *end = strstr(client->buffer, "\r\n\r\n");
  if (end == NULL) return false;
  end[2] = '\0'; /* the head is a string of its own; put back below, as the body may not be complete */
  const char *length = find_header(client->buffer, "content-length");
  const char *cpu = find_header(client->buffer, "millrace-cpu-ms");
  size_t body_bytes = length == NULL ? 0 : strtoul(length, NULL, 10);
  double cpu_ms = cpu == NULL ? 0 : strtod(cpu, NULL);
  bool is_status = strncmp(client->buffer, status_line, strlen(status_line)) == 0;
  end[2] = '\r';
  char *body = end + 4;
  if (client->filled < (size_t)(body - client->buffer) + body_bytes) return false;
  *is_good = is_status && (expected == NULL || (body_bytes == expected_bytes && memcmp(body, expected, body_bytes) == 0));
  program_cpu_ms += cpu_ms;
  return true;
}

/* Takes what has arrived. Returns whether the client has its answer, or lost its connection. */
static bool receive(struct client *client) {
  ssize_t got = recv(client->fd, client->buffer + client->filled, BUFFER_BYTES - client->filled, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  bool is_good = false;
  if (got > 0) {
    client->filled += (size_t)got;
    if (!is_answered(client, &is_good) && client->filled < BUFFER_BYTES) return false;
  } else {
    disconnect(client);
  }
  if (!client->is_waiting) return false; /* the server let an idle connection go */
  client->is_waiting = false;
  waiting--;
  if (!is_good) {
    failed++;
    fprintf(stderr, "load: a bad answer: %.*s\n", (int)client->filled, client->buffer);
  }
  add_sample(&latencies, now_ms() - client->sent_ms);
  return true;
}

static void work(uint32_t client_count, uint32_t most, double deadline_ms) {
  struct epoll_event events[MOST_CLIENTS];
  for (uint32_t i = 0; i < client_count && started < most; i++) send_request(&clients[i]);
  while (waiting > 0) {
    int count = epoll_wait(poller, events, MOST_CLIENTS, SILENCE_MS);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    if (count == 0) {
      fprintf(stderr, "load: no answer for %d ms, %u are waited for\n", SILENCE_MS, waiting);
      exit(1);
    }
    for (int i = 0; i < count; i++) {
      struct client *client = events[i].data.ptr;
      if (receive(client) && started < most && now_ms() < deadline_ms) send_request(client);
    }
  }
}

static void carry_out(const char *command) {
  unsigned client_count, amount;
  latencies.count = started = failed = 0;
  program_cpu_ms = 0;
  double started_ms = now_ms(), cpu_before_ms = own_cpu_ms();
  if (sscanf(command, "runs %u %u", &client_count, &amount) == 2 && client_count <= MOST_CLIENTS) {
    work(client_count, amount, started_ms + 1e9);
  } else if (sscanf(command, "time %u %u", &client_count, &amount) == 2 && client_count <= MOST_CLIENTS) {
    work(client_count, UINT32_MAX, started_ms + amount);
  } else {
    fprintf(stderr, "load: not a command: %s", command);
    exit(2);
  }
  printf("{\"elapsedMs\":%.3f,\"done\":%u,\"failed\":%u,\"cpuMs\":%.3f,\"programCpuMs\":%.3f,", now_ms() - started_ms,
         latencies.count, failed, own_cpu_ms() - cpu_before_ms, program_cpu_ms);
  print_samples("latenciesMs", &latencies);
  printf("}\n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  char command[128];
  if (argc != 5 && argc != 6) {
    fprintf(stderr, "usage: load PORT PATH BODY STATUS [ANSWER]\n");
    return 2;
  }
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  compose_request(argv[2], argv[3]);
  snprintf(status_line, sizeof status_line, "HTTP/1.1 %.3s ", argv[4]);
  if (argc == 6) expected = read_file(argv[5], &expected_bytes);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (poller < 0) die("epoll_create1");
  for (int i = 0; i < MOST_CLIENTS; i++) clients[i].fd = -1;
  while (fgets(command, sizeof command, stdin) != NULL) carry_out(command);
  return 0;
}
