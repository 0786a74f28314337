// The one place where the page imports the library, by its public entry.
export * from 'sepconv';
