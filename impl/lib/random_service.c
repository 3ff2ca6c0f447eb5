#include "lib/random_service.h"

#include "lib/integer.h"
#include "lib/lines.h"
#include "lib/random.h"

static void serve(int socket, void *context)
{
    const struct random_service *service = context;
    net_set_nodelay(socket);
    struct lines lines;
    struct line line;
    lines_begin(&lines, socket);
    while (lines_next(&lines, net_deadline(service->deadlines.read_ms), &line) > 0) {
        if (line.end != LINE_ENDS)
            continue;
        char text[INTEGER_LINE_SIZE];
        size_t length = integer_line(random_between(service->minimum, service->maximum), text);
        if (net_write(socket, text, length, net_deadline(service->deadlines.write_ms)) < 0)
            return;
    }
}

int random_service_main(const struct server_options *options, struct random_service *service, int argc, char **argv,
                        const struct argument *table)
{
    int status = arguments_read(argc, argv, "Answers each line with a random number", table);
    if (status != ARGUMENTS_RUN)
        return status;
    if (service->minimum > service->maximum)
        return arguments_misuse(argc, argv, table, "MIN is above MAX");
    return server_main(options, serve, service);
}
