/** How a template that cannot be read or applied is refused. */
import { EvalError } from "../context.ts";

export function refuse(message: string): never {
  throw new EvalError("expression/object-path", message);
}
