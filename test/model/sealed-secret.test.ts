/** Seals stand for secret values wherever a text may go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openSeals, sealSecret, sealSecrets } from "../../src/model/run/sealed-secret.ts";

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("%", "/", "%47;", "\u{F8FE}", "\u{F8FF}", "\uD800"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
});

test("a seal opens to what was sealed, whatever the names and whatever stands around it", () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (name, key, around) => {
      fc.pre(!/[\u{F8FE}\u{F8FF}]/u.test(around));
      const text = `${around}${sealSecret(name, key)}${around}`;
      const opened = openSeals(text, (foundName, foundKey) => {
        assert.deepEqual([foundName, foundKey], [name, key]);
        return "VALUE";
      });
      assert.equal(opened, `${around}VALUE${around}`);
    }),
  );
});

test("several seals in a text are opened each by its own value", () => {
  const { db } = sealSecrets({ db: { user: "u", password: "p" } });
  const values: Readonly<Record<string, string>> = { "db/user": "me", "db/password": "$&'`" };
  assert.equal(
    openSeals(
      `${db?.["user"]}:${db?.["password"]}@${db?.["user"]}`,
      (name, key) => values[`${name}/${key}`] ?? "",
    ),
    "me:$&'`@me",
  );
});

test("a text that only looks like a seal stays as it is", () => {
  for (const text of ["", "\u{F8FE}db", "\u{F8FE}db\u{F8FF}", "db/password\u{F8FF}", "\u{F8FE}a/b/c\u{F8FF}"])
    assert.equal(
      openSeals(text, () => assert.fail("nothing is asked")),
      text,
    );
});
