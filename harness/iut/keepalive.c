// Is a keep-alive timer running? The kernel says so in its table of sockets.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iut/cell.h"

enum { TIMER_KEEPALIVE = 2 };

struct wanted {
    unsigned long local_port;
    unsigned long remote_port;
};

// "  12: 0100007F:04B0 0100007F:D431 01 00000000:00000000 02:000AF…": number, local and remote address, state, queues,
// timer. Returns 1 or 0 for the wanted connection, -ENOENT for any other line.
static int judge_line(const char *line, const struct wanted *wanted)
{
    char local[64];
    char remote[64];
    unsigned timer;
    if (sscanf(line, "%*d: %63s %63s %*x %*x:%*x %x:", local, remote, &timer) != 3)
        return -ENOENT;
    const char *local_port = strrchr(local, ':');
    const char *remote_port = strrchr(remote, ':');
    if (!local_port || !remote_port || strtoul(local_port + 1, NULL, 16) != wanted->local_port ||
        strtoul(remote_port + 1, NULL, 16) != wanted->remote_port)
        return -ENOENT;
    return timer == TIMER_KEEPALIVE;
}

static int table_search(int table, const struct wanted *wanted)
{
    char line[512];
    int result = -ENOENT;
    int copy = dup(table);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
    if (!file) {
        int error = errno;
        if (copy >= 0)
            close(copy);
        return -error;
    }
    rewind(file);
    while (result == -ENOENT && fgets(line, sizeof line, file))
        result = judge_line(line, wanted);
    fclose(file);
    return result;
}

int cell_keepalive(struct cell *cell, uint16_t local_port, uint16_t remote_port)
{
    struct wanted wanted = {local_port, remote_port};
    int result = -ENOTSUP;
    for (enum socket_table table = TABLE_TCP; table <= TABLE_TCP6; table++) {
        int file = table_open(cell, table);
        if (file < 0)
            continue; // no /proc, or no IPv6
        result = table_search(file, &wanted);
        if (result != -ENOENT)
            return result;
    }
    return result;
}
