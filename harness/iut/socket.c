#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "iut/cell.h"

enum { STOCK_COUNT = sizeof((struct cell *)0)->stocks / sizeof(struct socket_stock) };
enum { BATCH_MAX = sizeof((struct socket_stock *)0)->handles / sizeof(int) };

static int sockets_ask(struct cell *cell, const struct request *request, struct enclosure *enclosure)
{
    struct reply reply;
    int result = cell_ask(cell, request, sizeof *request, &reply, enclosure);
    if (result == 0 && enclosure->count == 0)
        result = -EPIPE;
    if (result < 0)
        enclosure_close(enclosure);
    return result;
}

int socket_fetch(struct cell *cell, int domain, int type, int protocol)
{
    if (!cell_isolated(cell)) {
        int handle = socket(domain, type | SOCK_CLOEXEC, protocol);
        return handle < 0 ? -errno : handle;
    }
    struct request request = {.kind = REQUEST_SOCKET, .domain = domain, .type = type, .protocol = protocol, .count = 1};
    struct enclosure enclosure = {0};
    int result = sockets_ask(cell, &request, &enclosure);
    return result < 0 ? result : enclosure.descriptors[0];
}

// The stock of a kind, if need be a new one; NULL when there are too many kinds.
static struct socket_stock *stock_find(struct cell *cell, int domain, int type)
{
    for (size_t i = 0; i < STOCK_COUNT; i++) {
        struct socket_stock *stock = &cell->stocks[i];
        if (stock->domain == 0)
            *stock = (struct socket_stock){.domain = domain, .type = type, .batch = 1};
        if (stock->domain == domain && stock->type == type)
            return stock;
    }
    return NULL;
}

static int stock_fill(struct cell *cell, struct socket_stock *stock)
{
    struct request request = {
        .kind = REQUEST_SOCKET, .domain = stock->domain, .type = stock->type, .count = stock->batch};
    struct enclosure enclosure = {0};
    int result = sockets_ask(cell, &request, &enclosure);
    if (result < 0)
        return result;
    while (enclosure.count > 0)
        stock->handles[stock->count++] = enclosure.descriptors[--enclosure.count];
    if (stock->batch < BATCH_MAX)
        stock->batch *= 2;
    return 0;
}

int cell_socket(struct cell *cell, int domain, int type)
{
    struct socket_stock *stock = cell_isolated(cell) ? stock_find(cell, domain, type) : NULL;
    if (!stock)
        return socket_fetch(cell, domain, type, 0);
    int result = stock->count > 0 ? 0 : stock_fill(cell, stock);
    return result < 0 ? result : stock->handles[--stock->count];
}

void stocks_close(struct cell *cell)
{
    for (size_t i = 0; i < STOCK_COUNT; i++)
        while (cell->stocks[i].count > 0)
            close(cell->stocks[i].handles[--cell->stocks[i].count]);
}
