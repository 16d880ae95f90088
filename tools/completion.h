/* Completion of the commands by the shell. */
#ifndef TOOLS_COMPLETION_H
#define TOOLS_COMPLETION_H

/* Prints it for bash, zsh or fish. */
void completion_print(const char *shell);

#endif
