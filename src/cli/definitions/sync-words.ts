/** The commands of `sync`, apart from what they need, because the table of commands has to be cheap. */
export const syncWords = {
  create: "give a semaphore a limit",
  get: "show the limit of a semaphore",
  update: "change the limit of a semaphore",
  delete: "take the limit of a semaphore away",
} as const;

export type SyncWord = keyof typeof syncWords;
