/**
 * Definitions that go along with every submission to a home: its artifact repositories, in the form that they have on a
 * cluster. What a submission brings itself comes after them, and so counts over them.
 */
import { readFileSync } from "node:fs";
import type { SubmitRequest } from "../api/house.ts";
import type { Home } from "./home.ts";

export function addHomeDefinitions(request: SubmitRequest, home: Home): SubmitRequest {
  const source = findText(home.repositories);
  if (source === undefined) return request;
  const { submission } = request;
  const definitions = [{ source, file: home.repositories }, ...(submission.definitions ?? [])];
  return { ...request, submission: { ...submission, definitions } };
}

function findText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
