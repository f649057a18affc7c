// An S3 server as a process of its own: `node s3-server.mjs FOLDER`. Prints its port when it listens.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { buffer } from "node:stream/consumers";

const load = createRequire(import.meta.url);
const S3rver = load("s3rver");
const { prototype: store } = load("s3rver/lib/stores/filesystem");

// This server deletes many objects at once, and each deletion clears empty folders away under the others' feet.
const deleteObject = store.deleteObject;
let deletions = Promise.resolve();
/** @param {unknown[]} names */
store.deleteObject = function deleteInTurn(...names) {
  deletions = deletions.then(() => deleteObject.apply(this, names));
  return deletions;
};

// It also answers before the last byte is on the disk, so that who asks at once finds less.
/** @param {{ bucket: string, key: string, content: Buffer | import("node:stream").Readable, metadata: object }} object */
store.putObject = async function putWhole({ bucket, key, content, metadata }) {
  const bytes = Buffer.isBuffer(content) ? content : await buffer(content);
  const path = this.getResourcePath(bucket, key, "object");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  const md5 = createHash("md5").update(bytes).digest("hex");
  await this.putMetadata(bucket, key, metadata, md5);
  return { size: bytes.length, md5 };
};

const server = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory: process.argv[2],
  configureBuckets: [{ name: "bucket" }],
});
const { port } = await server.run();
process.stdout.write(`${port}\n`);
// The test's end closes standard input, whatever becomes of the test.
process.stdin.resume().on("end", () => process.exit(0));
