// How the threads of a pool share out the units of a job: words in the memory that they share, at these indices. A job is
// open until one of them finds no part left; until then threads join it, and it is over when all of them have left.

/** Counts the jobs; threads without one wait for it to change. */
export const wake = 0;

/** How many threads look out for that. */
export const watching = 1;

/** Whether the job is open, how many threads may join, and how many are in it. */
export const state = 2;

/** The next part that nobody has taken. This word and those after it are the job's, written while nobody is in it. */
export const next = 3;

export const failed = 4;

/** Whether the last thread to leave posts a message. */
export const message = 5;

export const parts = 6;
export const unitsPerPart = 7;
export const units = 8;
export const kernel = 9;
export const params = 10;
export const operands = 11;
export const scratch = 12;

/** Bytes of scratch for each thread. */
export const scratchStep = 13;

/** Of all words. */
export const boardWords = 14;

/** In `state`. */
export const open = 2 ** 30;
export const limitShift = 8;
export const countMask = 255;

/** More than any job has parts: stops one that is under way. */
export const noPartLeft = 2 ** 30;

/**
 * How often a thread looks for a change before it sleeps, since one that sleeps takes long to wake: less than a
 * millisecond, in which the caller copies the tensors of the next run.
 */
export const mostLooks = 100000;
