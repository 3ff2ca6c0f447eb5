/* ip-parse ADDR: says whether ADDR is an IP address, and prints it canonically (contract 1). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/address.h"
#include "lib/arguments.h"

int main(int argc, char **argv)
{
    const char *word = NULL;
    const struct argument arguments[] = {
        {"ADDR", ARGUMENT_TEXT, &word, "an IPv4 or IPv6 address"},
        {0},
    };
    int status = arguments_read(argc, argv, "Prints an IP address canonically", arguments);
    if (status != ARGUMENTS_RUN)
        return status;

    struct address address;
    if (address_parse(word, strlen(word), &address) < 0) {
        puts("Invalid address");
        return EXIT_SUCCESS;
    }
    char text[ADDRESS_TEXT_SIZE];
    address_unmap(&address);
    address_format(&address, text);
    printf("The address is %s\n", text);
    return EXIT_SUCCESS;
}
