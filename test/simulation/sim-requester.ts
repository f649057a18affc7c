/** Requests of the simulation: answered later, and differently, as the URL says; the same for the same URL. */
import type { Requester } from "../../src/ports/requester.ts";
import { never } from "./life.ts";
import type { Life } from "./life.ts";
import { createRandom } from "./random.ts";
import { receive, receiverUrl } from "./receivers.ts";
import type { World } from "./world.ts";

export function createSimRequester(seed: string, world: World, life: Life): Requester {
  const { timeline, receivers } = world;
  return {
    send: async (request, signal) => {
      if (request.url.startsWith(receiverUrl)) return receive(seed, receivers, timeline, life, request);
      if (life.meet(`request ${request.url}`)) return never();
      const random = createRandom(`${seed}/request/${request.url}`);
      await timeline.wait(random.integer(1, 800), `answer to ${request.url}`, life);
      if (signal.aborted) return { problem: "aborted" };
      const dice = random.integer(1, 100);
      if (dice <= 10) return { problem: "transient: no answer" };
      return { statusCode: dice <= 25 ? 503 : 200, headers: {}, body: `body of ${request.url}` };
    },
  };
}
