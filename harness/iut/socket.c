#include <errno.h>
#include <sys/socket.h>

#include "iut/cell.h"

int cell_socket(struct cell *cell, int domain, int type)
{
    if (!cell->isolated) {
        int handle = socket(domain, type | SOCK_CLOEXEC, 0);
        return handle < 0 ? -errno : handle;
    }
    struct request request = {.kind = REQUEST_SOCKET, .domain = domain, .type = type, .count = 1};
    struct reply reply;
    struct enclosure enclosure = {0};
    int result = cell_ask(cell, &request, sizeof request, &reply, &enclosure);
    if (result == 0 && enclosure.count == 1)
        return enclosure.descriptors[0];
    enclosure_close(&enclosure);
    return result < 0 ? result : -EPIPE;
}
