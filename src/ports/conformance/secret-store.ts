/** What every secret store must do; the numbers are those of ports/secret-store.ts. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import type { SecretStore } from "../secret-store.ts";

/** `open` opens the same store again when it is given the same place. */
export function describeSecretStore(
  name: string,
  subject: {
    readonly makePlace: (context: TestContext) => string;
    readonly open: (place: string) => SecretStore;
  },
): void {
  void describe(`secret store: ${name}`, () => {
    void test("S1: what was put is found, also later", (context) => {
      const place = subject.makePlace(context);
      subject.open(place).put("db", { password: "geheim\nzwei", "user.name": "ä" });
      const later = subject.open(place);
      assert.equal(later.find("db", "password"), "geheim\nzwei");
      assert.equal(later.find("db", "user.name"), "ä");
      assert.deepEqual([...later.listValues()].sort(), ["geheim\nzwei", "ä"].sort());
    });
    void test("S2: putting again replaces all keys", (context) => {
      const store = subject.open(subject.makePlace(context));
      store.put("db", { old: "1", both: "2" });
      store.put("db", { both: "3" });
      assert.deepEqual([store.find("db", "old"), store.find("db", "both")], [undefined, "3"]);
    });
    void test("S3: what is not there is not found, whatever its name", (context) => {
      const store = subject.open(subject.makePlace(context));
      assert.deepEqual(store.listValues(), []);
      assert.deepEqual(store.list(), []);
      for (const odd of ["", ".", "..", "../up", "a/b", "__proto__", "toString", "x".repeat(300)]) {
        assert.equal(store.find(odd, "key"), undefined);
        assert.equal(store.find("db", odd), undefined);
      }
    });
    void test("S3: what is taken away is not found, and the others stay", (context) => {
      const store = subject.open(subject.makePlace(context));
      for (const name of ["db", "web"]) store.put(name, { key: `of ${name}` });
      store.remove("db");
      store.remove("never there");
      assert.equal(store.find("db", "key"), undefined);
      assert.deepEqual(store.listValues(), ["of web"]);
      assert.deepEqual(store.list(), [{ name: "web", keys: ["key"] }]);
    });
    void test("odd names are kept apart", (context) => {
      const store = subject.open(subject.makePlace(context));
      const names = [".", "..", "../up", "a/b", "a%2Fb", "A", "a", "__proto__", "x".repeat(253)];
      for (const odd of names) store.put(odd, { __proto__: "never", [odd]: `value of ${odd}` });
      for (const odd of names) assert.equal(store.find(odd, odd), `value of ${odd}`);
    });
  });
}
