/** The user's own lines of the image table: `images.json` in the home. */
import { readFileSync } from "node:fs";
import { MillraceError } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
import type { ImageEntryInput, ImageTable } from "../executors/images/image-table.ts";
import type { Home } from "./home.ts";

const hint =
  'A line looks like this: {"registry.example.org/tool": {"entrypoint": ["tool"], "tools": ["tool"]}}';

/** Reads the file; an absent one is an empty table. MillraceError `home/bad-images` when it cannot be understood. */
export function readImages(home: Home): ImageTable {
  let text: string;
  try {
    text = readFileSync(home.images, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A home that is no folder is refused by whoever writes there first, with a message about that.
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw error;
  }
  return parseImages(home.images, text);
}

function parseImages(file: string, text: string): ImageTable {
  const refuse = (why: string): MillraceError =>
    new MillraceError("home/bad-images", "invalid", `${file}: ${why}`, { hint });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (!isJsonObject(value)) throw refuse("expected an object of image names");
  for (const [image, line] of Object.entries(value)) checkLine(image, line, refuse);
  return value as unknown as ImageTable;
}

const lists: readonly (keyof ImageEntryInput)[] = ["entrypoint", "cmd", "tools"];
const maps: readonly (keyof ImageEntryInput)[] = ["aliases", "files"];

function checkLine(image: string, line: unknown, refuse: (why: string) => MillraceError): void {
  if (!isJsonObject(line)) throw refuse(`${image}: expected an object`);
  for (const [field, value] of Object.entries(line)) {
    if (lists.some((list) => list === field)) {
      if (!Array.isArray(value) || value.some((word) => typeof word !== "string"))
        throw refuse(`${image}.${field}: expected a list of texts`);
    } else if (maps.some((map) => map === field)) {
      if (!isJsonObject(value)) throw refuse(`${image}.${field}: expected an object`);
    } else throw refuse(`${image}.${field}: unknown field; there are ${[...lists, ...maps].join(", ")}`);
  }
}
