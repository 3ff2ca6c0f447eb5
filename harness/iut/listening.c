#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iut/cell.h"

enum { STATE_LISTEN = 0x0a, FLAG_LISTENS = 0x10000 };

struct endpoint {
    enum endpoint_kind kind;
    unsigned long port;
    const char *path;
};

enum line_verdict { LINE_OTHER, LINE_FOUND, LINE_LAST };

static const char *field_next(const char *text)
{
    text += strcspn(text, " ");
    return text + strspn(text, " ");
}

// "   0: 0100007F:04B0 00000000:0000 0A …": number, local address, remote address, state.
static enum line_verdict inet_line(const char *line, const struct endpoint *endpoint)
{
    const char *local = field_next(line + strspn(line, " "));
    const char *remote = field_next(local);
    const char *colon = memchr(local, ':', (size_t)(remote - local));
    if (!colon)
        return LINE_OTHER; // the heading
    bool listens = strtoul(field_next(remote), NULL, 16) == STATE_LISTEN;
    if (endpoint->kind == ENDPOINT_TCP && !listens)
        return LINE_LAST; // the kernel puts the listeners first, and the rest may be long
    return strtoul(colon + 1, NULL, 16) == endpoint->port ? LINE_FOUND : LINE_OTHER;
}

// A server may have bound a name relative to a directory that we do not know.
static bool same_path(const char *bound, const char *path)
{
    if (*bound == '/' || *bound == '@')
        return strcmp(bound, path) == 0;
    if (strncmp(bound, "./", 2) == 0)
        bound += 2;
    size_t length = strlen(path), tail = strlen(bound);
    if (tail == 0 || tail > length || strcmp(path + length - tail, bound) != 0)
        return false;
    return tail == length || path[length - tail - 1] == '/';
}

// "ffff…: 00000002 00000000 00010000 0001 01 21347 /path": number, references, protocol, flags, type, state,
// inode.
static enum line_verdict unix_line(const char *line, const struct endpoint *endpoint)
{
    const char *flags = field_next(field_next(field_next(line)));
    const char *path = field_next(field_next(field_next(field_next(flags))));
    bool listens = strtoul(flags, NULL, 16) & FLAG_LISTENS;
    return listens && same_path(path, endpoint->path) ? LINE_FOUND : LINE_OTHER;
}

static enum line_verdict line_judge(const char *line, const struct endpoint *endpoint)
{
    return endpoint->kind == ENDPOINT_UNIX ? unix_line(line, endpoint) : inet_line(line, endpoint);
}

// Judges the whole lines in `text` and moves what is left of the last one to its beginning.
static enum line_verdict lines_judge(char *text, size_t *length, const struct endpoint *endpoint)
{
    char *line = text;
    enum line_verdict verdict = LINE_OTHER;
    for (char *end; verdict == LINE_OTHER && (end = memchr(line, '\n', *length - (size_t)(line - text)));) {
        *end = '\0';
        verdict = line_judge(line, endpoint);
        line = end + 1;
    }
    *length -= (size_t)(line - text);
    memmove(text, line, *length);
    return verdict;
}

// Returns 1, 0, or a negative errno.
static int table_search(int table, const struct endpoint *endpoint)
{
    char text[8192];
    size_t length = 0;
    off_t offset = 0;
    enum line_verdict verdict = LINE_OTHER;
    while (verdict == LINE_OTHER) {
        ssize_t part = pread(table, text + length, sizeof text - length, offset);
        if (part < 0 && errno == EINTR)
            continue;
        if (part < 0)
            return -errno;
        if (part == 0)
            return 0;
        offset += part;
        length += (size_t)part;
        verdict = lines_judge(text, &length, endpoint);
    }
    return verdict == LINE_FOUND;
}

int table_open(struct cell *cell, enum socket_table table)
{
    static const char *const names[] = {
        [TABLE_TCP] = "tcp", [TABLE_TCP6] = "tcp6", [TABLE_UDP] = "udp", [TABLE_UDP6] = "udp6", [TABLE_UNIX] = "unix",
    };
    if (cell->tables[table] < 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/net/%s", (int)cell->launcher_pid, names[table]);
        cell->tables[table] = open(path, O_RDONLY | O_CLOEXEC);
    }
    return cell->tables[table] < 0 ? -errno : cell->tables[table];
}

int cell_listening(struct cell *cell, enum endpoint_kind kind, uint16_t port, const char *path)
{
    static const enum socket_table ranges[][2] = {
        [ENDPOINT_TCP] = {TABLE_TCP, TABLE_TCP6},
        [ENDPOINT_UDP] = {TABLE_UDP, TABLE_UDP6},
        [ENDPOINT_UNIX] = {TABLE_UNIX, TABLE_UNIX},
    };
    struct endpoint endpoint = {.kind = kind, .port = port, .path = path};
    int result = kind == ENDPOINT_TCP ? tcp_diagnose(cell, port) : -ENOTSUP;
    if (result >= 0)
        return result;
    for (enum socket_table table = ranges[kind][0]; table <= ranges[kind][1] && result != 1; table++) {
        int file = table_open(cell, table);
        if (file == -ENOENT)
            continue; // no /proc, or no IPv6
        result = file < 0 ? file : table_search(file, &endpoint);
        if (result < 0)
            return result;
    }
    return result;
}
