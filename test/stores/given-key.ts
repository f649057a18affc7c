/** Imported by tests of whole houses: their Secrets are encrypted with a given key, and none is made for the user. */
import { randomBytes } from "node:crypto";

process.env["MILLRACE_SECRET_KEY"] ??= randomBytes(32).toString("base64");
