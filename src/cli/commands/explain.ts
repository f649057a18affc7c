/** `millrace explain`: why tasks stand as they do. */
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { refuseTask } from "../select/check-task.ts";
import { printStructured } from "../render/structured.ts";
import { paintSymbol } from "../render/symbols.ts";
import { cleanText } from "../render/text-width.ts";

export const command = defineCommand({
  name: "explain",
  summary: "say why tasks stand as they do",
  operands: "[NAME|@latest] [TASK]",
  operandsAtLeast: 0,
  operandsAtMost: 2,
  completes: "runs",
  flags: { output: { kind: "choice", short: "o", choices: ["json", "yaml"], help: "for programs" } } as const,
  examples: [
    { line: "millrace explain my-run", does: "what failed, waits or was left out, and why" },
    { line: "millrace explain my-run deploy", does: "one task" },
  ],
  run: async ({ out, err, style, openHouse, advise }, flags, [name = "@latest", select]) => {
    const house = await openHouse();
    const picture = await house.get(name);
    const { tasks, more } = house.explain(picture, select);
    if (select !== undefined && tasks.length === 0) throw refuseTask(picture, select);
    if (flags.output !== undefined) {
      printStructured(
        out,
        flags.output,
        tasks.map(({ task, name, phase, facts }) => ({
          task,
          name,
          phase,
          facts: facts.map(({ code, text }) => ({ code, text })),
        })),
      );
      return exitCodes.succeeded;
    }
    if (tasks.length === 0) out.line("nothing to explain: every task went the ordinary way");
    for (const { name, phase, facts } of tasks) {
      out.line(`${paintSymbol(phase, style)} ${style.paint("strong", cleanText(name))} ${phase}`);
      out.lines(facts.map(({ text }) => `    ${cleanText(text)}`));
    }
    if (more > 0)
      err.line(`${more} more; ask for one by its name: ${advise(`explain ${picture.row.name} TASK`)}`);
    return exitCodes.succeeded;
  },
});
