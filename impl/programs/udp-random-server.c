/* udp-random-server PORT: answers every datagram with a random number (contract 15). */

#include <stdio.h>

#include "lib/arguments.h"
#include "lib/datagram.h"
#include "lib/lines.h"
#include "lib/random.h"

enum { SMALLEST = 1, LARGEST = 1000 };

static void print_text(const char *text, size_t length)
{
    fputs("-> ", stdout);
    fwrite(text, 1, length, stdout);
    if (length == 0 || text[length - 1] != '\n')
        putchar('\n');
}

static bool answer(int socket, const char *text, size_t length, const struct datagram_path *path)
{
    print_text(text, length);
    if (text_is_stop(text, length)) {
        puts("Exiting UDP server!");
        return false;
    }
    char number[8];
    int digits = snprintf(number, sizeof number, "%d", (int)random_between(SMALLEST, LARGEST));
    printf("data: %s\n", number);
    datagram_answer(socket, number, (size_t)digits, path);
    return true;
}

int main(int argc, char **argv)
{
    const char *host = NULL;
    uint16_t port;
    const struct argument arguments[] = {
        {"--host ADDRESS", ARGUMENT_TEXT, &host, "listen on this address only"},
        {"PORT", ARGUMENT_PORT, &port, "port to listen on"},
        {0},
    };
    int status = arguments_read(argc, argv, "Answers every datagram with a random number", arguments);
    if (status != ARGUMENTS_RUN)
        return status;
    return datagram_main(host, port, answer);
}
