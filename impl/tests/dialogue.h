#ifndef IMPL_TESTS_DIALOGUE_H
#define IMPL_TESTS_DIALOGUE_H

/* Standard input from a text, and standard output into one, while a function of the library runs. */

#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct dialogue {
    FILE *input, *output;
    int saved_input, saved_output;
};

static inline int dialogue_redirect(int descriptor, FILE *file)
{
    int saved = dup(descriptor);
    assert_true(saved >= 0);
    assert_int_equal(dup2(fileno(file), descriptor), descriptor);
    return saved;
}

static inline void dialogue_begin(struct dialogue *dialogue, const char *input, size_t length)
{
    fflush(stdout);
    dialogue->input = tmpfile();
    dialogue->output = tmpfile();
    assert_true(dialogue->input && dialogue->output);
    assert_int_equal(fwrite(input, 1, length, dialogue->input), length);
    rewind(dialogue->input);
    dialogue->saved_input = dialogue_redirect(STDIN_FILENO, dialogue->input);
    dialogue->saved_output = dialogue_redirect(STDOUT_FILENO, dialogue->output);
}

/* Puts everything back and the output into text[size], with a NUL behind it; returns its length. */
static inline size_t dialogue_end(struct dialogue *dialogue, char *text, size_t size)
{
    fflush(stdout);
    assert_int_equal(dup2(dialogue->saved_input, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(dup2(dialogue->saved_output, STDOUT_FILENO), STDOUT_FILENO);
    close(dialogue->saved_input);
    close(dialogue->saved_output);
    rewind(dialogue->output);
    size_t length = fread(text, 1, size - 1, dialogue->output);
    text[length] = '\0';
    fclose(dialogue->input);
    fclose(dialogue->output);
    __fpurge(stdin); /* what was read ahead */
    clearerr(stdin);
    return length;
}

#endif
