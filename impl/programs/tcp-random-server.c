/* tcp-random-server PORT [MIN MAX]: answers each line with a random number (contract 21). */

#include "lib/arguments.h"
#include "lib/random_service.h"

int main(int argc, char **argv)
{
    struct server_options options = {.host = NULL};
    struct random_service service = RANDOM_SERVICE;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &options.host, "listen on this address only"},
        SERVER_ARGUMENTS(options, service.deadlines),
        {"PORT", ARGUMENT_PORT, &options.port, "port to listen on"},
        RANDOM_SERVICE_ARGUMENTS(service),
        {0},
    };
    return random_service_main(&options, &service, argc, argv, arguments);
}
