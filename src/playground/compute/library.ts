// The one place where the page imports the library, by its public entry for those who bring the kernels.
export * from 'sepconv/core';
