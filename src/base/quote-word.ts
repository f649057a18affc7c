/** A word of a command line that people are told to type: as it is where a shell leaves it alone, else in quotes. */
export function quoteWord(word: string): string {
  return /^[\w./:@%+=,-]+$/u.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
