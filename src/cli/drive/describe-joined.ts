/** What to say when a submission started no run. */
import { cleanText } from "../render/text-width.ts";

export function describeJoined(name: string, joined: "under-way" | "succeeded"): string {
  const run = cleanText(name);
  return joined === "under-way"
    ? `${run} joined: it is about the same payload, and under way`
    : `${run} answers: it was about the same payload, and succeeded (--force runs it again)`;
}
