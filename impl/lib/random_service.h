#ifndef IMPL_RANDOM_SERVICE_H
#define IMPL_RANDOM_SERVICE_H

/*
 * What tcp-random-server and unix-random-server have in common: each line is answered with a number
 * (contracts 21 and 23).
 */

#include "lib/server.h"

struct random_service {
    struct server_deadlines deadlines;
    int64_t minimum, maximum;
};

/* The rows of their tables of arguments for the range. */
#define RANDOM_SERVICE_ARGUMENTS(service)                                                                              \
    {"[MIN", ARGUMENT_INTEGER, &(service).minimum, "smallest number, 1 by default"},                                   \
    {                                                                                                                  \
        "MAX]", ARGUMENT_INTEGER, &(service).maximum, "largest number, 1000 by default"                                \
    }

/* The defaults of a service. */
#define RANDOM_SERVICE                                                                                                 \
    {                                                                                                                  \
        .deadlines = SERVER_DEADLINES, .minimum = 1, .maximum = 1000                                                   \
    }

/* Reads the command line by the table and serves: the rest of main. */
int random_service_main(const struct server_options *options, struct random_service *service, int argc, char **argv,
                        const struct argument *table);

#endif
