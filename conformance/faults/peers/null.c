// null KIND [PORT|PATH]: does nothing of what is asked of it. A word with a slash is a Unix socket's path.
//
// In C, unlike the peers beside it, because thousands of them are started: one for each case that fails.
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void fail(const char *action)
{
    perror(action);
    _exit(1);
}

static void hang_up(int client)
{
    (void)client;
}

static void stay_silent(int client)
{
    char bytes[4096];
    while (recv(client, bytes, sizeof bytes, 0) > 0)
        ;
}

static void echo(int client)
{
    char bytes[65536];
    ssize_t count;
    while ((count = recv(client, bytes, sizeof bytes, 0)) > 0)
        for (ssize_t sent = 0, now; sent < count; sent += now)
            if ((now = send(client, bytes + sent, (size_t)(count - sent), MSG_NOSIGNAL)) < 0)
                return;
}

static void say_a_fixed_time(int client)
{
    static const char text[] = "2009-11-10 23:00:00 +0000 UTC m=+0.000000001";
    send(client, text, sizeof text - 1, MSG_NOSIGNAL);
}

// The value of a field of an HTTP head, or NULL; `length` is told without the blanks around it.
static const char *field(const char *head, const char *name, size_t *length)
{
    size_t name_length = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
        line += 2;
        if (strncasecmp(line, name, name_length) != 0 || line[name_length] != ':')
            continue;
        const char *value = line + name_length + 1;
        value += strspn(value, " \t");
        *length = strcspn(value, " \t\r\n");
        return value;
    }
    return NULL;
}

static bool read_head(int client, char *head, size_t size)
{
    size_t length = 0;
    for (;;) {
        head[length] = '\0';
        if (strstr(head, "\r\n\r\n"))
            return true;
        ssize_t count = recv(client, head + length, size - length - 1, 0);
        if (count <= 0)
            return false;
        length += (size_t)count;
    }
}

// RFC 6455, section 4.2.2. False when the client asked for no upgrade.
static bool upgrade(int client)
{
    char head[16384];
    size_t length = 0;
    if (!read_head(client, head, sizeof head) || !field(head, "Upgrade", &length))
        return false;
    const char *key = field(head, "Sec-WebSocket-Key", &length);
    unsigned char seed[256];
    int seeded = snprintf((char *)seed, sizeof seed, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
                          key && length < 128 ? (int)length : 0, key ? key : "");
    unsigned char digest[SHA_DIGEST_LENGTH];
    unsigned char accept[SHA_DIGEST_LENGTH * 2];
    SHA1(seed, (size_t)seeded, digest);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    char reply[256];
    int replied = snprintf(reply, sizeof reply,
                           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           "Sec-WebSocket-Accept: %s\r\n\r\n",
                           (char *)accept);
    return send(client, reply, (size_t)replied, MSG_NOSIGNAL) == replied;
}

static void upgrade_and_hang_up(int client)
{
    upgrade(client);
}

// Whatever comes, it is a protocol error. What follows is read, so that no RST destroys the close frame.
static void upgrade_and_close_by_1002(int client)
{
    static const char close_frame[] = {(char)0x88, 2, 0x03, (char)0xea};
    char bytes[4096];
    if (!upgrade(client) || recv(client, bytes, sizeof bytes, 0) <= 0)
        return;
    send(client, close_frame, sizeof close_frame, MSG_NOSIGNAL);
    shutdown(client, SHUT_WR);
    stay_silent(client);
}

static const struct kind {
    const char *name;
    void (*serve)(int client);
} kinds[] = {
    {"hangs-up", hang_up},
    {"silent", stay_silent},
    {"echoes", echo},
    {"says-a-fixed-time", say_a_fixed_time},
    {"upgrades-and-hangs-up", upgrade_and_hang_up},
    {"closes-by-1002", upgrade_and_close_by_1002},
};

struct guest {
    const struct kind *kind;
    int client;
};

static void *serve(void *argument)
{
    struct guest guest = *(struct guest *)argument;
    free(argument);
    guest.kind->serve(guest.client);
    close(guest.client);
    return NULL;
}

// A socket bound to a port of every IPv4 address, or to a path.
static int endpoint_at(const char *place, int type)
{
    struct sockaddr_in internet = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(place))};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    bool path = strchr(place, '/') != NULL;
    snprintf(local.sun_path, sizeof local.sun_path, "%s", place);
    int endpoint = socket(path ? AF_UNIX : AF_INET, type, 0);
    int on = 1;
    setsockopt(endpoint, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(endpoint, path ? (struct sockaddr *)&local : (struct sockaddr *)&internet,
             path ? sizeof local : sizeof internet) < 0)
        fail("bind");
    return endpoint;
}

static void serve_streams(const struct kind *kind, const char *place)
{
    int listener = endpoint_at(place, SOCK_STREAM);
    if (listen(listener, 256) < 0)
        fail("listen");
    for (;;) {
        struct guest *guest = malloc(sizeof *guest);
        pthread_t thread;
        if (!guest)
            fail("malloc");
        *guest = (struct guest){kind, accept(listener, NULL, NULL)};
        if (guest->client < 0)
            fail("accept");
        if ((errno = pthread_create(&thread, NULL, serve, guest)) != 0)
            fail("pthread_create");
        pthread_detach(thread);
    }
}

static void serve_datagrams(bool answer, const char *place)
{
    static char bytes[65536];
    int endpoint = endpoint_at(place, SOCK_DGRAM);
    for (;;) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        ssize_t count = recvfrom(endpoint, bytes, sizeof bytes, 0, (struct sockaddr *)&peer, &size);
        if (count >= 0 && answer)
            sendto(endpoint, bytes, (size_t)count, 0, (struct sockaddr *)&peer, size);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "says-nothing") == 0)
        return 0;
    if (strcmp(name, "always-fails") == 0) {
        fputs("Fatal error: x\n", stderr);
        return 1;
    }
    if (argc > 2 && (strcmp(name, "udp-silent") == 0 || strcmp(name, "udp-echoes") == 0))
        serve_datagrams(strcmp(name, "udp-echoes") == 0, argv[2]);
    for (size_t i = 0; argc > 2 && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(name, kinds[i].name) == 0)
            serve_streams(&kinds[i], argv[2]);
    fprintf(stderr, "null: no such kind: %s\n", name);
    return 2;
}
