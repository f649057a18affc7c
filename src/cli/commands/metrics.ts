/** `millrace metrics`: the figures of all runs of the home, for Prometheus and for people. */
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

export const command = defineCommand({
  name: "metrics",
  summary: "print the figures that documents and the engine count",
  operands: "",
  operandsAtLeast: 0,
  operandsAtMost: 0,
  completes: "nothing",
  details: [
    "The form is Prometheus' text form. Metrics of documents begin with argo_workflows_, as in Argo; those of the engine",
    "with millrace_. They are made from the history, so that nothing has to run for them.",
  ],
  flags: {},
  examples: [
    { line: "millrace metrics", does: "all figures" },
    {
      line: "millrace metrics > /var/lib/node_exporter/millrace.prom",
      does: "for the text file collector of Prometheus' node exporter",
    },
  ],
  run: async ({ out, openHouse }) => {
    const house = await openHouse();
    const text = await house.metrics();
    out.lines(text.split("\n").slice(0, -1));
    return exitCodes.succeeded;
  },
});
