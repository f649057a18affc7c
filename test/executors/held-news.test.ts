/** What the engine is told of together, and in which order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createHeldNews } from "../../src/executors/slots/held-news.ts";

test("what can wait is told with what comes after it, in order", () => {
  const told: string[] = [];
  const news = createHeldNews(1000);
  news.add(() => told.push("end a"), "soon");
  news.add(() => told.push("start c"), "with-others");
  assert.equal(told.length, 0);
  assert.equal(news.isEmpty(), false);
  news.add(() => told.push("end b"), "now");
  assert.deepEqual(told, ["end a", "start c", "end b"]);
  assert.equal(news.isEmpty(), true);
});

test("nothing waits longer than the given time", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const news = createHeldNews(5);
  news.add(() => told.push("a"), "soon");
  t.mock.timers.tick(3);
  news.add(() => told.push("b"), "soon");
  t.mock.timers.tick(1);
  assert.equal(told.length, 0);
  t.mock.timers.tick(1);
  assert.deepEqual(told, ["a", "b"]);
  news.add(() => told.push("c"), "soon");
  t.mock.timers.tick(5);
  assert.deepEqual(told, ["a", "b", "c"]);
});

test("what is dropped is never told", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const told: string[] = [];
  const news = createHeldNews(5);
  news.add(() => told.push("a"), "soon");
  news.drop();
  t.mock.timers.tick(5);
  news.add(() => told.push("b"), "now");
  assert.deepEqual(told, ["b"]);
});
