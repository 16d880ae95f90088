/* How many elements an array has. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

/* Of the array itself: a pointer to one has no length. */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#endif
